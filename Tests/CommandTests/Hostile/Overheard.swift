import Rooms
import Testing
import Wire

/// What was said in a row, as an honest client behind one of the doors was sent it: one string, without line ends.
///
/// Behind every door it must be the same, and harmless where the server makes texts so.
enum Overheard {
  /// nil when these are not the bytes of that door, or not harmless ones.
  static func text(in bytes: [UInt8], _ kind: DoorKind) -> String? {
    switch kind {
    case .line: text(inLines: bytes.split(separator: 0x0A).map { Array($0) })
    case .dec10:
      payloads(in: bytes, .dec10).flatMap { payloads in
        text(inLines: payloads.flatMap { $0.split(separator: 0x0A).map { Array($0) } })
      }
    case .u16: payloads(in: bytes, .u16).flatMap(text(inChatTexts:))
    case .u32: payloads(in: bytes, .u32).flatMap(text(inChatTexts:))
    case .native: text(inFrames: bytes)
    }
  }

  private static func text(inLines lines: [[UInt8]]) -> String? {
    var all = ""
    for var line in lines {
      if line.last == 0x0D { line.removeLast() }
      guard let line = String(validating: line, as: UTF8.self), isHarmless(line) else { return nil }
      if line.hasPrefix("* ") { continue }
      if line.hasPrefix("  | ") {
        all += line.dropFirst(4)
      } else if let colon = line.firstRange(of: ": ") {
        all += line[colon.upperBound...]
      }
    }
    return all
  }

  private static func text(inChatTexts payloads: [[UInt8]]) -> String? {
    var all = ""
    for payload in payloads {
      guard String(validating: payload, as: UTF8.self) != nil,
        let text = ChatText.parse(payload[...]), isHarmless(text.name)
      else { return nil }
      if text.isJoin || text.isLeave || text.name == "server" { continue }
      // The format's own header, and the mark of a line that goes on.
      for (number, line) in text.text.utf8.split(separator: 0x0A).enumerated() {
        var line = String(Substring(line))
        if number > 0 {
          guard line.hasPrefix("\t| ") else { return nil }
          line.removeFirst(3)
        }
        guard isHarmless(line) else { return nil }
        all += line
      }
    }
    return all
  }

  /// The native door passes on what was said as it is; its client makes it safe.
  private static func text(inFrames bytes: [UInt8]) -> String? {
    var decoder = NativeDecoder(awaitsPreface: false)
    decoder.receive(bytes.span)
    var all: [UInt8] = []
    do {
      while let frame = try decoder.next() {
        if case .event(let event) = frame {
          guard String(validating: event.body, as: UTF8.self) != nil else { return nil }
          SafeText.append(event.body, lineBreak: [], to: &all)
        }
      }
      try decoder.finish()
    } catch {
      return nil
    }
    return String(decoding: all, as: UTF8.self)
  }

  private static func payloads(in bytes: [UInt8], _ format: FrameFormat) -> [[UInt8]]? {
    var decoder = FrameDecoder(format, limit: 65_536)
    decoder.receive(bytes.span)
    var payloads: [[UInt8]] = []
    do {
      while let payload = try decoder.nextFrame() { payloads.append(payload) }
      try decoder.finish()
    } catch {
      return nil
    }
    return payloads
  }

  /// Said here once more, apart from ``SafeText``, which is what is tested.
  private static func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      let value = scalar.value
      return value >= 0x20 && !(0x7F...0x9F ~= value) && !scalar.properties.isBidiControl
        && !(0xE0000...0xE007F ~= value)
        && ![0x200B, 0x2028, 0x2029, 0x2060, 0xFEFF].contains(value)
    }
  }
}
