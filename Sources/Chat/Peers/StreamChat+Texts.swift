internal import Rooms
internal import Wire

extension StreamChat {
  /// Takes one frame's payload, which is not empty.
  package mutating func received(_ payload: [UInt8], link number: Int, at now: Moment) {
    guard let index = links.firstIndex(where: { $0.number == number }) else { return }
    let isFirst = !links[index].hasSpoken
    links[index].hasSpoken = true
    guard let text = ChatText.parse(payload) else {
      counts.raw += 1
      return show(.peer(.raw(payload, from: links[index].shownPlace, isCut: false)))
    }
    if isFirst, text.isJoin, isSecondLink(index, mark: payload, at: now.instant) { return }
    let mayBeOne = mayBeOne(with: links[index])
    // Who is linked again a moment later joins with the same text, and it counts.
    if text.time != .unknown,
      let other = seen.takes(text, link: number, at: now.instant, mayBeOne: mayBeOne),
      !text.isJoin || links.contains(where: { $0.number == other })
    {
      counts.copies += 1
      return pair(index, with: other, at: now.instant)
    }
    clear(index, of: text.name, isGreeting: isFirst && text.isJoin, at: now.instant)
    if links[index].name != text.name {
      links[index].hasOtherNames = links[index].name != nil
      links[index].name = text.name
      reconsider(index, at: now.instant)
    }
    take(text, index)
  }

  /// Tells of another link, by its number, whether it may lead to the same peer as this one.
  private func mayBeOne(with link: PeerLink) -> (Int) -> Bool {
    let links = links
    return { number in
      guard let other = links.first(where: { $0.number == number }) else { return false }
      guard other.address.host == link.address.host else { return false }
      // Those of our kind join with the same text over all their links.
      return other.mark == nil || link.mark == nil || other.mark == link.mark
    }
  }

  private mutating func take(_ text: ChatText, _ index: Int) {
    let party = links[index].party
    if text.isLeave {
      guard !links[index].hasLeft else {
        // Some programs say it again and again.
        counts.copies += 1
        return
      }
      show(.peer(.left(shownName(index))))
      for index in links.indices where links[index].party == party { links[index].hasLeft = true }
      return
    }
    if links[index].hasLeft {
      for index in links.indices where links[index].party == party { links[index].hasLeft = false }
      links[index].isAnnounced = false
    }
    if text.isJoin || !links[index].isAnnounced { announce(index) }
    guard !text.isJoin else { return }
    counts.heard += 1
    show(
      .peer(
        .said(
          shownName(index), time: text.time, text: Array(text.text.utf8), isOwn: false,
          isCut: false)))
  }

  // MARK: - Two links with one peer

  /// Says that we join.
  mutating func greet(_ index: Int) {
    guard links[index].doubt == nil, !links[index].isGreeted, phase == .chatting else { return }
    links[index].isGreeted = true
    append(.send(joinText, link: links[index].number))
  }

  /// The link is not a second one, for all we know.
  mutating func trust(_ index: Int) {
    guard let doubt = links[index].doubt else { return }
    links[index].doubt = nil
    if let other = links.firstIndex(where: { $0.number == doubt.other }),
      links[other].claim == links[index].place
    {
      links[other].claim = nil
    }
    greet(index)
    for text in links[index].unsaid { append(.send(text, link: links[index].number)) }
    links[index].unsaid = []
  }

  /// Keeps what we say for a link of which it is not clear yet whether it is a second one.
  mutating func keep(_ text: [UInt8], _ index: Int) {
    links[index].unsaid.append(text)
    if links[index].unsaid.count > StreamChat.unsaidLimit { trust(index) }
  }

  /// What a text says about doubts, when it has not come over another link.
  private mutating func clear(
    _ index: Int, of name: String, isGreeting: Bool, at now: Instant
  ) {
    let link = links[index]
    if isGreeting, !link.isInbound {
      // Only programs of our kind greet those who dial them, and they greet with what tells them apart.
      if let place = place(link.place) { places[place].isOurKind = true }
      trust(index)
      for index in links.indices where links[index].doubt?.other == link.number { trust(index) }
      return
    }
    // Some programs know their links by where they lead, and speak over the last one only.
    let suspects = links.filter { $0.doubt?.other == link.number || $0.number == link.doubt?.other }
    if !isOurKind(link),
      let other = suspects.first(where: { !isOurKind($0) && knownName(of: $0) == name })
    {
      return pair(index, with: other.number, at: now)
    }
    // If one of them is a second link, the same text comes over the other one presently.
    for other in links.indices {
      let isConcerned = other == index || links[other].doubt?.other == link.number
      guard isConcerned, let doubt = links[other].doubt else { continue }
      links[other].doubt?.until = min(doubt.until, now + StreamChat.echoDelay)
    }
  }

  /// Whether whoever a link leads to greets those who dial it, and so tells by itself who it is.
  private func isOurKind(_ link: PeerLink) -> Bool {
    place(link.place).map { places[$0].isOurKind } ?? false
  }

  /// What whoever a link leads to is called, or was the last time.
  private func knownName(of link: PeerLink) -> String? {
    link.name ?? place(link.place).flatMap { places[$0].name }
  }

  /// Whether the text that a link begins with says that its peer is linked already, or is ourselves.
  private mutating func isSecondLink(_ index: Int, mark: [UInt8], at now: Instant) -> Bool {
    links[index].mark = mark
    guard mark != joinText else {
      if let place = place(links[index].place) {
        // Whoever says what we say can make us believe this of many places.
        if own.count < StreamChat.ownLimit { own.append(places[place].address) }
        places.remove(at: place)
      }
      links[index].hasLeft = true
      finish(index)
      return true
    }
    guard
      let other = links.firstIndex(where: {
        $0.number != links[index].number && $0.mark == mark && !$0.isEnding && !$0.hasLeft
      })
    else { return false }
    pair(index, with: links[other].number, at: now)
    links[index].name = links[other].name
    links[index].isAnnounced = true
    reconsider(index, at: now)
    // Both sides see both texts, so one of them decides.
    if phase == .chatting, joinText.lexicographicallyPrecedes(mark) { finish(max(index, other)) }
    return true
  }

  /// Two links over which the same came are one peer's, when they come from one machine.
  mutating func pair(_ index: Int, with number: Int, at now: Instant) {
    guard let other = links.firstIndex(where: { $0.number == number }) else { return }
    let (one, two) = (links[index], links[other])
    guard one.party != two.party else { return }
    let isSure = one.mark != nil && one.mark == two.mark
    guard isSure || one.address.host == two.address.host else { return }
    let party = min(one.party, two.party)
    for index in links.indices
    where links[index].party == one.party || links[index].party == two.party {
      links[index].party = party
      links[index].isAnnounced = isSure || one.isAnnounced || two.isAnnounced
    }
    // Where the peer is to be dialled is known, so the other link's guess is of no use.
    if one.place != nil { dropClaim(other, at: now) }
    if two.place != nil { dropClaim(index, at: now) }
    for index in [index, other] where links[index].doubt != nil {
      links[index].doubt = nil
      links[index].unsaid = []
      // One of our kind has to see it too; another has been greeted over the other link.
      if isSure { greet(index) } else { links[index].isGreeted = true }
    }
  }

  // MARK: - What is shown

  /// Shows that somebody is here: new, or again.
  mutating func announce(_ index: Int) {
    let link = links[index]
    for index in links.indices where links[index].party == link.party {
      links[index].isAnnounced = true
    }
    let who = shownName(index)
    let last = place(link.place).flatMap { places[$0].mark }
    show(.peer(link.mark != nil && link.mark == last ? .back(who) : .joined(who)))
  }

  /// Shows that somebody is gone, if that was not said and anything was shown of it before.
  mutating func showEnd(of link: PeerLink, _ ending: LinkEnding) {
    guard !link.hasLeft, !link.isEnding || ending != .left else { return }
    if !link.isAnnounced {
      switch ending {
      case .closed, .left, .failed: return
      case .tooSlow, .unfinished, .misbehaved: break
      }
    }
    show(.peer(.gone(name(of: link), why: ending.description)))
  }

  private func shownName(_ index: Int) -> PeerName { name(of: links[index]) }

  /// A name that is not unique, or has changed, is shown with the place.
  private func name(of link: PeerLink) -> PeerName {
    guard let name = link.name else { return PeerName(link.shownPlace) }
    let isDouble =
      name == self.name
      || links.contains { $0.party != link.party && !$0.hasLeft && $0.name == name }
    let isMarked = isDouble || link.hasOtherNames
    return PeerName(name, place: isMarked ? link.shownPlace : nil, isMarked: isMarked)
  }
}
