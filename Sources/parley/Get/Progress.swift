import Wire

/// How far a download is, and how fast.
struct Progress {
  /// What was there before it began.
  let start: Int
  /// nil where the server does not say.
  let whole: Int?
  var done: Int
  /// The last some moments that were shown: the rate is that of the time since the first of them.
  private var moments: [(at: Instant, done: Int)]

  init(start: Int, whole: Int?, at now: Instant) {
    (self.start, self.whole, self.done) = (start, whole, start)
    moments = [(now, start)]
  }

  /// One line that is narrower than the terminal: of little room the bar goes first, then the rest
  /// from its end.
  mutating func line(columns: Int, at now: Instant) -> String {
    let rate = rate(at: now)
    var words = [Self.size(done)]
    if let whole {
      let percent = whole == 0 ? 100 : Int(Double(done) / Double(whole) * 100)
      words = ["\(min(percent, 100))%", "\(Self.size(done)) of \(Self.size(whole))"]
    }
    words.append("\(Self.size(Int(rate)))/s")
    if let whole, rate >= 1, done < whole {
      words.append(Self.clock(Double(whole - done) / rate))
    }
    let room = max(columns - 1, 0)
    while words.count > 1, Self.width(words) > room { words.removeLast() }
    guard Self.width(words) <= room else { return "" }
    let bar = room - Self.width(words) - 4
    if let whole, bar >= 10 {
      let full = whole == 0 ? bar : min(Int(Double(bar) * Double(done) / Double(whole)), bar)
      let marks = String(repeating: "#", count: full) + String(repeating: ".", count: bar - full)
      words.insert("[\(marks)]", at: 1)
    }
    return words.joined(separator: "  ")
  }

  /// Bytes a second over the last five seconds or so.
  private mutating func rate(at now: Instant) -> Double {
    if moments.last?.at == now { moments.removeLast() }
    moments.append((now, done))
    if moments.count > 25 { moments.removeFirst() }
    let (since, before) = moments[0]
    let (seconds, attoseconds) = (now - since).components
    let time = Double(seconds) + Double(attoseconds) * 1e-18
    return time > 0 ? min(Double(done - before) / time, 1e15) : 0
  }

  private static func width(_ words: [String]) -> Int {
    words.reduce(-2) { $0 + $1.utf8.count + 2 }
  }

  /// `999 B`, `1.0 KiB`, `12.3 GiB`.
  static func size(_ count: Int) -> String {
    var value = Double(count)
    var units = ["B", "KiB", "MiB", "GiB", "TiB"][...]
    while value >= 1000, units.count > 1 {
      value /= 1024
      units.removeFirst()
    }
    let unit = units.first ?? ""
    let tenths = Int((value * 10).rounded())
    return unit == "B" ? "\(count) B" : "\(tenths / 10).\(tenths % 10) \(unit)"
  }

  /// `0:04`, `12:34`, `1:02:03`; what lasts for days has no use for minutes.
  static func clock(_ seconds: Double) -> String {
    guard seconds < 360_000 else { return "days" }
    let total = Int(seconds.rounded(.up))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    if hours > 0 { return "\(hours):\(two(minutes)):\(two(total % 60))" }
    return "\(minutes):\(two(total % 60))"
  }
}
