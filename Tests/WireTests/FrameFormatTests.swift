import Testing
import Wire

@Suite("FrameFormat")
struct FrameFormatTests {
  func encode(_ text: String, _ format: FrameFormat) throws -> [UInt8] {
    var output: [UInt8] = []
    try format.encode(text.utf8, into: &output)
    return output
  }

  @Test("the lessons' vectors come out byte for byte")
  func vectors() throws {
    #expect(try encode("hello", .dec10) == hex("20202020202020202035 68656c6c6f"))
    #expect(try encode("", .dec10) == hex("20202020202020202030"))
    #expect(try encode("è €", .dec10) == hex("20202020202020202036 c3a820e282ac"))
    #expect(try encode("è", .u32) == hex("00000002 c3a8"))
    #expect(
      try encode("The user released LEFT", .u32)
        == hex("00000016 54686520757365722072656c6561736564204c454654"))
    #expect(
      try encode("[2024-02-03T12:15:00] A:\n\t", .u16)
        == hex("001a 5b323032342d30322d30335431323a31353a30305d20413a0a09"))
    #expect(try encode("hi", .line) == Array("hi\r\n".utf8))
  }

  @Test("a frame is the same in memory that is there already", arguments: FrameFormat.allCases)
  func intoMemory(format: FrameFormat) throws {
    for count in [0, 1, 9, 10, 255, 256, 65_535, 65_536] where format != .u16 || 1...65_535 ~= count
    {
      let payload = [UInt8](repeating: 7, count: count)
      var expected: [UInt8] = [1]
      try format.encode(payload, into: &expected)
      let output = try [UInt8](capacity: count + FrameFormat.overhead + 1) { output in
        output.append(1)
        try format.encode(payload.span, into: &output)
      }
      #expect(output == expected)
    }
  }

  @Test("digits of every width stand at the right")
  func digits() throws {
    for count in [1, 9, 10, 99, 100, 12_345, 1_000_000] {
      var output: [UInt8] = []
      try FrameFormat.dec10.encode(repeatElement(1, count: count), into: &output)
      let number = String(count)
      #expect(
        output.prefix(10).elementsEqual(
          (String(repeating: " ", count: 10 - number.count) + number).utf8))
    }
  }

  @Test("what cannot be framed is an error and writes nothing")
  func refused() {
    var output: [UInt8] = [1]
    #expect(throws: WireError.frameTooLong(length: 65_536, limit: 65_535)) {
      try FrameFormat.u16.encode(repeatElement(0, count: 65_536), into: &output)
    }
    #expect(throws: WireError.emptyFrame) { try FrameFormat.u16.encode([], into: &output) }
    #expect(throws: WireError.lineEndInLine) {
      try FrameFormat.line.encode([65, 10], into: &output)
    }
    for format in FrameFormat.allCases {
      #expect(throws: WireError.frameTooLong(length: 4, limit: 3)) {
        try format.encode([1, 2, 3, 4], limit: 3, into: &output)
      }
      #expect(throws: WireError.frameTooLong(length: 4, limit: 3)) {
        try output.append(addingCapacity: 20) {
          try format.encode([1, 2, 3, 4].span, limit: 3, into: &$0)
        }
      }
    }
    #expect(output == [1])
  }
}
