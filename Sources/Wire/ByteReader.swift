/// Reads checked values from a range of bytes, first to last.
///
/// Integers are big-endian. A read past the end throws `truncated` with the reader's `place` and
/// moves nothing.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  private var index: Int
  private let end: Int
  /// What is being read, for errors.
  package let place: String

  /// - Precondition: `range` lies inside `bytes`.
  package init(_ bytes: [UInt8], _ range: Range<Int>? = nil, place: String) {
    let range = range ?? bytes.indices
    precondition(
      range.lowerBound >= 0 && range.upperBound <= bytes.count, "a reader stays in its bytes")
    self.bytes = bytes
    self.index = range.lowerBound
    self.end = range.upperBound
    self.place = place
  }

  package var remaining: Int { end - index }
  package var isAtEnd: Bool { index == end }

  package mutating func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type = Integer.self
  ) throws(WireError) -> Integer {
    let range = try advance(Integer.bitWidth / 8)
    var value: Integer = 0
    for byte in bytes[range] {
      // Built from bits, so it cannot overflow; `<<` of a byte-wide type by 8 gives 0.
      value = (value << 8) | Integer(truncatingIfNeeded: byte)
    }
    return value
  }

  package mutating func uint8() throws(WireError) -> UInt8 { try integer() }

  package mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
    Array(bytes[try advance(count)])
  }

  /// The place of the next `count` bytes inside the array that the reader was made from.
  package mutating func range(_ count: Int) throws(WireError) -> Range<Int> {
    try advance(count)
  }

  /// Everything that is left.
  package mutating func rest() -> [UInt8] {
    defer { index = end }
    return Array(bytes[index..<end])
  }

  /// Everything that is left, as bytes that are strict UTF-8.
  package mutating func restOfText() throws(WireError) -> [UInt8] {
    let rest = rest()
    guard (try? UTF8Span(validating: rest.span)) != nil else { throw .invalidUTF8(place) }
    return rest
  }

  /// A reader of the next `count` bytes alone.
  package mutating func reader(_ count: Int, place: String) throws(WireError) -> ByteReader {
    ByteReader(bytes, try advance(count), place: place)
  }

  /// `count` bytes of strict UTF-8.
  package mutating func text(_ count: Int) throws(WireError) -> String {
    let range = try advance(count)
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw .invalidUTF8(place)
    }
    return text
  }

  /// A `u16` length and that many bytes of strict UTF-8.
  package mutating func string() throws(WireError) -> String {
    try text(Int(integer(UInt16.self)))
  }

  package func finish() throws(WireError) {
    guard isAtEnd else { throw .trailingBytes(place) }
  }

  private mutating func advance(_ count: Int) throws(WireError) -> Range<Int> {
    guard count >= 0, count <= remaining else { throw .truncated(place) }
    let start = index
    index += count
    return start..<index
  }
}
