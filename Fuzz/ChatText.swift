// modules: Wire
import Wire

// Laws: what parses composes to bytes that parse to the same; bytes in the exact form compose to
// themselves; no bytes are a time or a text that traps.

/// Takes the input as a time, and again as a chat text.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  checkTimes(input)
  guard let chat = ChatText.parse(input) else { return 0 }
  let composed = chat.compose()
  precondition(ChatText.parse(composed) == chat, "parse after compose")
  precondition(!(chat.isJoin && chat.isLeave), "joins and leaves at once")
  let time = input.dropFirst().prefix { $0 != UInt8(ascii: "]") }
  if String(validating: input, as: UTF8.self) != nil, chat.time.description.utf8.elementsEqual(time)
  {
    precondition(composed == input, "compose after parse")
  }
  return 0
}

/// The input as a Unix time and an offset, which must give a time that is written and read back.
func checkTimes(_ input: [UInt8]) {
  var reader = ByteReader(input, place: "times")
  guard let wall = try? reader.integer(Int64.self), let offset = try? reader.integer(Int32.self)
  else { return }
  let time = Timestamp(wallMilliseconds: wall, offsetSeconds: Int(offset))
  precondition(Timestamp(parsing: time.description.utf8) == time, "a time changed")
}
