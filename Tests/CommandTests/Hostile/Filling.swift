/// Bytes as a rule: long inputs are made while they are sent.
struct Filling: Equatable, Sendable {
  fileprivate struct Part: Equatable, Sendable {
    var bytes: [UInt8]
    var times: Int
  }

  private var parts: [Part] = []

  init() {}

  /// `{n}` in what comes more than once is the number of the repetition, from 1.
  init(_ bytes: [UInt8], times: Int = 1) {
    if !bytes.isEmpty { parts = [Part(bytes: bytes, times: times)] }
  }

  mutating func append(_ other: Filling) { parts += other.parts }

  /// All of them at once.
  var bytes: [UInt8] { pieces().flatMap(\.self) }

  /// How many there are, `{n}` counted as it is written.
  var count: Int { parts.reduce(0) { $0 + $1.bytes.count * $1.times } }

  static func == (one: Filling, other: Filling) -> Bool { one.bytes == other.bytes }

  /// Them in pieces, the first one of another size if that is wanted.
  func pieces(first: Int? = nil, of size: Int = 65_536) -> Pieces {
    Pieces(parts: parts, wanted: first ?? size, size: size)
  }

  struct Pieces: Sequence, IteratorProtocol {
    private static let counter = Array("{n}".utf8)

    fileprivate let parts: [Part]
    fileprivate var wanted: Int
    fileprivate let size: Int
    private var part = 0
    private var times = 0
    private var waiting: [UInt8] = []

    fileprivate init(parts: [Part], wanted: Int, size: Int) {
      (self.parts, self.wanted, self.size) = (parts, wanted, size)
    }

    mutating func next() -> [UInt8]? {
      while waiting.count < wanted, part < parts.count { refill() }
      guard !waiting.isEmpty else { return nil }
      let piece = Array(waiting.prefix(wanted))
      waiting.removeFirst(piece.count)
      wanted = size
      return piece
    }

    /// Makes some repetitions at once: one byte at a time would take long.
    private mutating func refill() {
      let current = parts[part]
      let many = Swift.min(current.times - times, Swift.max(1, 16_384 / current.bytes.count))
      if current.times > 1, let place = current.bytes.firstRange(of: Self.counter) {
        for number in (times + 1)...(times + many) {
          waiting += current.bytes[..<place.lowerBound] + Array("\(number)".utf8)
          waiting += current.bytes[place.upperBound...]
        }
      } else if current.bytes.count == 1 {
        waiting += Array(repeating: current.bytes[0], count: many)
      } else {
        for _ in 0..<many { waiting += current.bytes }
      }
      times += many
      if times == current.times { (part, times) = (part + 1, 0) }
    }
  }
}
