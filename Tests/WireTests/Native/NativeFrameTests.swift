import Testing
import Wire

@Suite("NativeFrame")
struct NativeFrameTests {
  @Test("every frame has its one encoding", arguments: NativeGolden.frames)
  func golden(name: String, frame: NativeFrame, bytes: String) throws {
    var output: [UInt8] = []
    try frame.encode(into: &output)
    #expect(output == hex(bytes))
    #expect(decodeNative([hex(bytes)], preface: false) == NativeDecoded(frames: [frame]))
  }

  @Test("the vectors use every type and every verb")
  func complete() {
    let types = Set(NativeGolden.frames.map { hex($0.bytes)[4] })
    #expect(types == Set(NativeType.allCases.map(\.rawValue)))
    for type in [NativeType.command, .reply] {
      let verbs = NativeGolden.frames.map { hex($0.bytes) }.filter { $0[4] == type.rawValue }
        .map { $0[13] }
      #expect(Set(verbs).isSuperset(of: NativeVerb.allCases.map(\.rawValue)))
    }
  }

  @Test(
    "a body cut anywhere, or longer by a byte, is refused or another frame with those bytes",
    arguments: NativeGolden.frames)
  func cutBodies(name: String, frame: NativeFrame, bytes: String) throws {
    let body = Array(hex(bytes)[5...])
    let cuts = (0..<body.count).map { Array(body[..<$0]) } + [body + [0]]
    for cut in cuts {
      let type = hex(bytes)[4]
      let reader = ByteReader(cut, place: "a frame")
      guard let other = try? NativeFrame(type: type, body: reader) else { continue }
      var output: [UInt8] = []
      try other.encode(into: &output)
      #expect(output[5...] == cut[...])
    }
  }

  @Test("an unknown even type is skipped, an unknown odd type ends the session")
  func unknownTypes() {
    for type in UInt8.min...UInt8.max where NativeType(rawValue: type) == nil {
      let stream = hex("00000003") + [type, 1, 2] + hex("00000001 15")
      let expected =
        type % 2 == 0
        ? NativeDecoded(frames: [.ping]) : NativeDecoded(error: .unknownType(type, "a frame"))
      #expect(decodeNative([stream], preface: false) == expected)
    }
  }

  @Test("unknown even fields are skipped, unknown odd ones and wrong orders refused")
  func unknownFields() {
    let hello = "01 01 0003 616e6e 0005 6c6f626279 00"
    let welcome =
      "03 01 0003 616e6e 03 0023 00000007 0005 6c6f626279 "
      + "000102030405060708090a0b0c0d0e0f 0000000000000029"
    func result(_ body: String) -> Result<NativeFrame?, WireError> {
      let bytes = hex(body)
      return Result { () throws(WireError) in
        try NativeFrame(type: bytes[0], body: ByteReader(bytes, 1..<bytes.count, place: "a frame"))
      }
    }
    #expect(result(hello + "02 0001 ff fe 0000") == result(hello))
    #expect(result(welcome + "0c 0002 ffff") == result(welcome))
    #expect(result(hello + "05 0000") == .failure(.unknownType(5, "a field")))
    #expect(result(welcome + "0b 0000") == .failure(.unknownType(11, "a field")))
    #expect(result(hello + "04 0000 02 0000") == .failure(.invalidValue("the order of fields")))
    #expect(result(hello + "04 0000 04 0000") == .failure(.invalidValue("the order of fields")))
    #expect(result(hello + "02 0003 ff") == .failure(.truncated("a frame")))
    #expect(result("03 01 0003 616e6e") == .failure(.truncated("a welcome")))
    #expect(result(welcome + "0a 0001 00") == .failure(.trailingBytes("a field")))
    #expect(result(welcome + "04 0002 0000") == .failure(.truncated("a field")))
    #expect(result(welcome + "08 0000") == .failure(.invalidValue("an empty remark")))
  }

  @Test(
    "strings and events that are not UTF-8 are refused; what a client says is for the room to judge",
    arguments: ["c0af", "eda080", "f4908080", "ff", "80", "e282"])
  func invalidUTF8(bad: String) {
    func error(_ type: NativeType, _ body: String) -> WireError? {
      do throws(WireError) {
        _ = try NativeFrame(
          type: type.rawValue, body: ByteReader(hex(body), place: "a frame"))
        return nil
      } catch { return error }
    }
    let size = "000\(bad.count / 2)"
    #expect(error(.say, "0000000000000001 00000007 00" + bad) == nil)
    #expect(error(.say, "0000000000000001 00000007 01" + bad) == nil)
    let event = "00000007 0000000000000001 0000000000000000"
    #expect(error(.event, event + "00 0001 61 00" + bad) == .invalidUTF8("a frame"))
    #expect(error(.event, event + "01 0001 61 00" + bad) == nil)
    #expect(error(.hello, "01" + size + bad + "0000 00") == .invalidUTF8("a frame"))
    #expect(error(.command, "0000000000000001 06 0000" + bad) == nil)
    #expect(error(.command, "0000000000000001 06" + size + bad) == .invalidUTF8("a frame"))
    #expect(error(.notice, size + bad) == .invalidUTF8("a frame"))
  }

  @Test("numbers that name nothing are refused")
  func invalidValues() {
    for (type, body) in [
      (NativeType.say, "0000000000000001 00000007 03"), (.hello, "01 0000 0000 02"),
      (.presence, "00000007 0000000000000000 04 0000"), (.reply, "0000000000000001 63"),
      (.reply, "0000000000000001 04 0000 00000000 0001 61"),
    ] {
      #expect(throws: WireError.self) {
        try NativeFrame(type: type.rawValue, body: ByteReader(hex(body), place: "a frame"))
      }
    }
  }

  @Test("what does not fit is refused and leaves the output as it was")
  func tooLong() {
    var output: [UInt8] = [9]
    let long = [UInt8](repeating: 97, count: 65_536)
    #expect(throws: WireError.self) {
      try NativeFrame.say(NativeSay(id: 1, room: 1, body: long)).encode(into: &output)
    }
    let text = String(decoding: long, as: UTF8.self)
    #expect(throws: WireError.invalidValue("a notice")) {
      try NativeFrame.notice(text).encode(into: &output)
    }
    #expect(throws: WireError.invalidValue("a history id")) {
      try NativeFrame.reply(
        id: 1,
        .join(
          NativeSeat(room: 1, name: "", historyID: [1], head: 0), members: NativeNames([]))
      ).encode(into: &output)
    }
    #expect(output == [9])
  }

  @Test("lists of any length fit into a frame, and say how long they were")
  func longLists() throws {
    let names = (0..<20_000).map { "somebody-\($0)" }
    var output: [UInt8] = []
    try NativeFrame.reply(id: 1, .who(room: "r", members: NativeNames(names))).encode(into: &output)
    try NativeFrame.reply(id: 1, .rooms(names.map { NativeListing(name: $0, members: 1) }))
      .encode(into: &output)
    let decoded = decodeNative([output], preface: false)
    guard case .reply(_, .who(_, let members)) = decoded.frames.first,
      case .reply(_, .rooms(let total, let rooms)) = decoded.frames.last
    else {
      Issue.record("not two replies")
      return
    }
    #expect(members.total == 20_000 && total == 20_000)
    #expect(members.names == Array(names.prefix(members.names.count)))
    #expect(members.names.count > 1000 && rooms.count > 1000)
  }

  @Test("from parts or from a value, the bytes are the same")
  func parts() throws {
    for (_, frame, bytes) in NativeGolden.frames {
      var output: [UInt8] = []
      if case .event(let event) = frame {
        try NativeFrame.appendEvent(
          room: event.room, number: event.number, wall: event.wall, form: event.form,
          author: event.author.utf8.span, trust: event.trust, body: event.body.span, to: &output)
      } else if case .presence(let presence) = frame {
        try NativeFrame.appendPresence(
          room: presence.room, wall: presence.wall, change: presence.change, nick: presence.nick,
          to: &output)
      } else {
        continue
      }
      #expect(output == hex(bytes))
    }
  }
}
