/// Puts values behind the bytes of an array that it borrows for the length of a closure.
///
/// Integers are big-endian. Nothing is allocated beyond the growth of the array itself.
package struct ByteWriter: ~Copyable {
  package private(set) var bytes: [UInt8]

  package init(_ bytes: consuming [UInt8] = []) {
    self.bytes = bytes
  }

  /// Lets `body` write behind `output`; when it throws, `output` is as it was.
  @inline(__always)
  package static func append(
    to output: inout [UInt8],
    _ body: (inout ByteWriter) throws(WireError) -> Void
  ) throws(WireError) {
    let start = output.count
    var writer = ByteWriter()
    // Two swaps move the storage in and out, so that it stays uniquely owned and is never copied.
    swap(&writer.bytes, &output)
    do {
      try body(&writer)
      swap(&writer.bytes, &output)
    } catch {
      swap(&writer.bytes, &output)
      output.removeSubrange(start...)
      throw error
    }
  }

  package mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
    // One append for all bytes: an append each would check and grow eight times for a u64.
    let width = Integer.bitWidth / 8
    let big = UInt64(truncatingIfNeeded: value) << (64 - Integer.bitWidth)
    let digits = InlineArray<8, UInt8> { UInt8(truncatingIfNeeded: big >> (56 - 8 * $0)) }
    bytes.append(copying: digits.span.extracting(first: width))
  }

  package mutating func raw(_ bytes: some Collection<UInt8>) {
    self.bytes.append(contentsOf: bytes)
  }

  package mutating func text(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// A `u16` length and the text's UTF-8.
  package mutating func string(_ text: String, _ place: String) throws(WireError) {
    try sized(text.utf8, place)
  }

  /// A `u16` length and the bytes.
  package mutating func sized(_ bytes: some Collection<UInt8>, _ place: String) throws(WireError) {
    guard let count = UInt16(exactly: bytes.count) else { throw .invalidValue(place) }
    integer(count)
    raw(bytes)
  }

  /// Bytes that have always the same count.
  package mutating func fixed(
    _ bytes: [UInt8], _ count: Int, _ place: String
  ) throws(WireError) {
    guard bytes.count == count else { throw .invalidValue(place) }
    raw(bytes)
  }

  /// A length of the type `Size` and what `body` writes, counted afterwards.
  @inline(__always)
  package mutating func counted<Size: FixedWidthInteger>(
    as size: Size.Type, limit: Int, _ body: (inout ByteWriter) throws(WireError) -> Void
  ) throws(WireError) {
    let start = bytes.count
    let width = Size.bitWidth / 8
    integer(Size(0))
    try body(&self)
    let length = bytes.count - start - width
    guard length <= limit, let count = Size(exactly: length) else {
      throw .frameTooLong(length: length, limit: limit)
    }
    for offset in 0..<width {
      bytes[start + offset] = UInt8(truncatingIfNeeded: count >> (8 * (width - 1 - offset)))
    }
  }
}
