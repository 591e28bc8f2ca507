internal import Wire

extension StreamChat {
  /// Who is here, and who is not.
  mutating func showWho() {
    let here = recipients.compactMap { number in links.first { $0.number == number } }
    show(.words("You are \(name ?? ""); with you: \(here.count)"))
    for link in here {
      let count = links.count { $0.party == link.party && !$0.isEnding }
      let more = count > 1 ? " (\(count) connections)" : ""
      show(.words("\(link.name ?? "somebody") at \(link.shownPlace)\(more)"))
    }
    for place in places where place.isNamed && (place.isWaiting || place.state == .dialling) {
      let who = place.name.map { " (\($0))" } ?? ""
      show(.words("nobody at \(place.address)\(who) so far"))
    }
  }

  /// How many others are here.
  static func words(forOthers count: Int) -> String {
    switch count {
    case 0: "alone so far"
    case 1: "with 1 other"
    default: "with \(count) others"
    }
  }

  mutating func showCounts() {
    for line in counts.lines { show(.words(line)) }
  }
}
