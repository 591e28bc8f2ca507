import Testing
import Wire

@Suite("ByteReader and ByteWriter")
struct ByteCodingTests {
  @Test("what is written is read")
  func roundTrip() throws {
    var writer = ByteWriter()
    writer.integer(UInt8(0xFE))
    writer.integer(UInt16(0x0102))
    writer.integer(UInt32.max)
    writer.integer(Int64(-2))
    writer.integer(UInt64(1) << 63)
    try writer.string("è €", "text")
    writer.raw([9, 8])
    let bytes = writer.bytes
    #expect(
      bytes == hex("fe 0102 ffffffff fffffffffffffffe 8000000000000000 0006c3a820e282ac 0908"))
    var reader = ByteReader(bytes, place: "test")
    #expect(try reader.uint8() == 0xFE)
    #expect(try reader.integer(UInt16.self) == 0x0102)
    #expect(try reader.integer(UInt32.self) == .max)
    #expect(try reader.integer(Int64.self) == -2)
    #expect(try reader.integer(UInt64.self) == 1 << 63)
    #expect(try reader.string() == "è €")
    #expect(throws: WireError.trailingBytes("test")) { try reader.finish() }
    #expect(try reader.bytes(2) == [9, 8])
    #expect(throws: Never.self) { try reader.finish() }
  }

  @Test("a read past the end of its range throws and moves nothing")
  func truncated() {
    var reader = ByteReader([1, 2, 3, 4], 1..<3, place: "it")
    #expect(throws: WireError.truncated("it")) { try reader.integer(UInt32.self) }
    #expect(throws: WireError.truncated("it")) { try reader.bytes(3) }
    #expect(throws: WireError.truncated("it")) { try reader.bytes(-1) }
    #expect(throws: WireError.truncated("it")) { try reader.text(.max) }
    #expect(reader.rest() == [2, 3])
  }

  @Test(
    "text is strict UTF-8",
    arguments: ["c0af", "eda080", "f4908080", "ff", "80", "e282", "61c3"])
  func invalidText(bytes: String) {
    var reader = ByteReader(hex(bytes), place: "text")
    #expect(throws: WireError.invalidUTF8("text")) { try reader.restOfText() }
  }

  @Test("a writer that fails leaves its output as it was")
  func failedWrite() {
    var output: [UInt8] = [1, 2]
    #expect(throws: WireError.invalidValue("long")) {
      try ByteWriter.append(to: &output) { writer throws(WireError) in
        writer.integer(UInt32(7))
        try writer.sized(repeatElement(0, count: 65_536), "long")
      }
    }
    #expect(output == [1, 2])
  }
}

@Suite struct BytesTests {
  @Test("plain is what each byte is alone, at every length", arguments: 0...70)
  func plain(count: Int) {
    let bytes = [UInt8](repeating: 0x20, count: count)
    let isPlain = bytes.span.isPlain
    #expect(isPlain)
    for place in bytes.indices {
      for byte in [0, 9, 10, 13, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x9F, 0xFF] as [UInt8] {
        var changed = bytes
        changed[place] = byte
        let isPlain = changed.span.isPlain
        #expect(isPlain == (0x20...0x7E ~= byte), "\(byte) at \(place) of \(count)")
      }
    }
  }

  @Test("pieces are appended one behind the other", arguments: [0, 1, 7, 8, 100, 5000])
  func pieces(count: Int) {
    var output: [UInt8] = []
    var expected: [UInt8] = []
    for round in 0..<20 as Range<UInt8> {
      let (a, b) = ([UInt8](repeating: round, count: count), [UInt8](repeating: 255, count: 3))
      output.append(addingCapacity: a.count + 7) { output in
        output.append(copying: b.span)
        output.append(copying: a.span)
        output.append(round)
        output.append(copying: b.span)
      }
      expected += b + a + [round] + b
      #expect(output == expected)
    }
  }
}
