/// Counts the numbered texts of one sender, `Number 0`, `Number 1` and so on.
///
/// `received + lost` is `highest + 1` always: a number below the highest that has not come is lost, until it
/// does come. Which ones have come is remembered for the last ``memory`` numbers at least, in two KiB; what
/// comes later than that cannot be told from a copy. It is counted as ``stale``, and stays lost.
package struct StreamTally: Equatable, Sendable {
  /// Different numbers that came.
  package private(set) var received = 0
  /// Numbers that came once more.
  package private(set) var duplicated = 0
  /// Of those received, the ones that came after a higher one.
  package private(set) var reordered = 0
  /// Numbers that came too late to know whether they had come before.
  package private(set) var stale = 0
  /// The highest number that came.
  package private(set) var highest: Int?

  /// A bit for each number; a word holds 64 neighbours, and the words take turns.
  private var seen: [UInt64] = []

  package init() {}

  /// Numbers below the highest that have not come.
  package var lost: Int { highest.map { $0 + 1 - received } ?? 0 }

  /// Numbers in all, whatever became of them.
  package var total: Int { received + duplicated + stale }

  /// How far behind the highest a number may be and still be known, 16,320.
  package static let memory = (words - 1) * 64
  private static let words = 256

  /// Counts a number, which ``number(of:)`` has read: 0 to 10^18 - 1.
  package mutating func note(_ number: Int) {
    guard let highest else {
      seen = Array(repeating: 0, count: StreamTally.words)
      return advance(to: number)
    }
    if number > highest { return advance(to: number) }
    guard number / 64 > highest / 64 - StreamTally.words else { return stale += 1 }
    guard mark(number) else { return duplicated += 1 }
    received += 1
    reordered += 1
  }

  private mutating func advance(to number: Int) {
    if let highest {
      let first = highest / 64 + 1
      let last = number / 64
      // Words that are used again forget what they knew; a long way forgets everything.
      for word in max(first, last - StreamTally.words + 1)..<max(first, last + 1) {
        seen[word % StreamTally.words] = 0
      }
    }
    highest = number
    received += 1
    _ = mark(number)
  }

  /// Whether the number was not marked before.
  private mutating func mark(_ number: Int) -> Bool {
    let word = number / 64 % StreamTally.words
    let bit: UInt64 = 1 << UInt64(number % 64)
    defer { seen[word] |= bit }
    return seen[word] & bit == 0
  }
}

extension StreamTally {
  private static let word = Array("Number ".utf8)

  /// The number of a text `Number ‹i›`, which a blank and anything may follow; nil for other texts.
  ///
  /// More than 18 digits are no number of a stream.
  package static func number(of text: Span<UInt8>) -> Int? {
    let start = word.count
    guard text.count > start else { return nil }
    for index in 0..<start where text[index] != word[index] { return nil }
    var number = 0
    var place = start
    while place < text.count, case let digit = text[place] &- UInt8(ascii: "0"), digit <= 9 {
      guard place - start < 18 else { return nil }
      number = number * 10 + Int(digit)
      place += 1
    }
    guard place > start, place == text.count || text[place] == UInt8(ascii: " ") else { return nil }
    return number
  }
}
