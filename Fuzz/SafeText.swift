// modules: Wire Rooms
import Rooms
import Wire

// Laws: what SafeText makes is valid UTF-8 without control or direction characters but for the line
// breaks that were asked for, and making it safe again changes nothing; no door's encoding of any
// event lets such a character through, and each is whole frames that their decoder takes.

func check(_ text: [UInt8], allowed: Set<Unicode.Scalar>) {
  guard let text = String(validating: text, as: UTF8.self) else {
    preconditionFailure("not UTF-8")
  }
  for scalar in text.unicodeScalars where !allowed.contains(scalar) {
    precondition(scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value), "a control character")
    precondition(!scalar.properties.isBidiControl, "a direction character")
    precondition(!(0xE0000...0xE007F ~= scalar.value), "a tag")
    precondition(![0x200B, 0x2060, 0xFEFF, 0x2028, 0x2029].contains(scalar.value), "hidden")
  }
}

func checkFrames(_ bytes: [UInt8], _ format: FrameFormat, limit: Int) {
  var decoder = FrameDecoder(format, limit: limit)
  decoder.receive(bytes.span)
  do {
    while let range = try decoder.next() {
      precondition(format == .line || !range.isEmpty, "an empty frame")
      let leave = Array(ChatText.leave.utf8)
      let isPrefix = format == .u16 || format == .u32
      precondition(!isPrefix || decoder.buffer[range].suffix(leave.count) != leave[...], "a leave")
      check(Array(decoder.buffer[range]), allowed: ["\n", "\t"])
    }
    try decoder.finish()
  } catch {
    preconditionFailure("\(error)")
  }
}

/// Takes a nick of up to 40 bytes from the front, the text from the rest.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count >= 2 else { return 0 }

  var once: [UInt8] = []
  SafeText.append(input, to: &once)
  check(once, allowed: [])
  var twice: [UInt8] = []
  SafeText.append(once, to: &twice)
  precondition(once == twice, "not idempotent")
  check(SafeText.safe(input, lineBreak: [10]), allowed: ["\n"])
  precondition(SafeText.safe(once) == once, "what is safe is changed")

  let nick = String(decoding: input[1...].prefix(Int(input[0]) % 40), as: UTF8.self)
  let body = SafeText.repaired(input[1...].dropFirst(Int(input[0]) % 40))
  for kind: ChatEvent.Kind in [.text, .action, .rename(to: nick)] {
    let event = ChatEvent(
      kind: kind, number: 1, wall: 1, author: ClientID(1), nick: nick, body: body)
    var blocks: [DoorKind: [UInt8]] = [:]
    for door in DoorKind.allCases {
      door.encode(event, room: 1, offset: 0, into: &blocks[door, default: []])
    }
    check(blocks[.line] ?? [], allowed: ["\r", "\n"])
    checkFrames(blocks[.dec10] ?? [], .dec10, limit: 65_536)
    checkFrames(blocks[.u16] ?? [], .u16, limit: 65_535)
    checkFrames(blocks[.u32] ?? [], .u32, limit: 65_535)
  }
  return 0
}
