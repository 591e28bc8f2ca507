import Glibc
import Testing
import Wire

@Suite("docs/wire.md")
struct DocumentTests {
  /// The document's text without blanks and line ends.
  static let bytes: [UInt8] = {
    let path = "\(#filePath)".split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    guard let file = fopen(path + "/docs/wire.md", "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF {
      if byte > 0x20 { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    }
    return bytes
  }()

  @Test("shows every frame's bytes as they are", arguments: NativeGolden.frames)
  func examples(name: String, frame: NativeFrame, bytes: String) {
    let digits = bytes.utf8.filter { $0 > 0x20 }
    #expect(Self.bytes.contains(digits), "\(name) is missing, or has other bytes")
  }

  @Test("lists every type and every verb")
  func tables() {
    let text = String(decoding: Self.bytes, as: UTF8.self)
    for type in NativeType.allCases { #expect(text.contains("|\(type.rawValue)|\(type)|")) }
    for verb in NativeVerb.allCases { #expect(text.contains("|\(verb.rawValue)\(verb)|")) }
  }
}
