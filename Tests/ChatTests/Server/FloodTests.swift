import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("a client that says too much too quickly", .timeLimit(.minutes(5)))
struct FloodTests {
  private static func flood(
    _ count: Int, _ burst: Int, patience: Duration, loops: Int = 1
  ) -> (inout ServerOptions) -> Void {
    {
      $0.loops = loops
      $0.floodPatience = patience
      $0.limits.flood = Rate(count, perSeconds: 1, burst: burst)
      $0.limits.said = [.flood]
    }
  }

  @Test("is delayed, and loses nothing when it gives the server time", arguments: DoorKind.allCases)
  func delayed(kind: DoorKind) async throws {
    try await Served.run(Self.flood(50, 3, patience: .seconds(3600), loops: 2)) { served in
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(kind, "writer")
      let texts = (0..<20).map { "text \($0)" }
      try await writer.connection.write(try texts.flatMap { try writer.saying($0) })
      #expect(try await reader.texts(until: "text 19") == texts)
      let counts = await served.server.counts()
      #expect(counts.hits[.flood] ?? 0 >= 1 && counts.closes.isEmpty)
      #expect(counts.messages == 20)
    }
  }

  @Test("is not cut for a page of lines, however long they take", arguments: DoorKind.allCases)
  func paste(kind: DoorKind) async throws {
    try await Served.run(Self.flood(200, 3, patience: .milliseconds(20))) { served in
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(kind, "writer")
      let texts = (0..<60).map { "text \($0)" }
      try await writer.connection.write(try texts.flatMap { try writer.saying($0) })
      #expect(try await reader.texts(until: "text 59") == texts)
      #expect(await served.server.counts().closes.isEmpty)
    }
  }

  @Test(
    "is told and cut when it goes on; the others have heard the first of it in order",
    arguments: DoorKind.allCases)
  func cut(kind: DoorKind) async throws {
    try await Served.run(Self.flood(1, 4, patience: .milliseconds(100), loops: 2)) { served in
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(kind, "writer")
      let texts = (0..<500).map { "text \($0)" }
      try await writer.connection.write(try texts.flatMap { try writer.saying($0) })
      let rest = try await writer.rest()
      switch rest.last {
      case .native(.bye(let bye)): #expect(bye.reason == ByeReason.flood.rawValue)
      case .words(let words)?: #expect(words.contains("You say too much too quickly."))
      case .said(_, let text)?: #expect(text.contains("You say too much too quickly."))
      case let last: Issue.record("\(String(describing: last))")
      }
      await served.reports.waitForClosing()
      var notices = 0
      let heard = try await reader.read {
        // It came, and it went.
        if case .words(let words) = $0, words.contains("writer") { notices += 1 }
        return notices == 2
      }
      let said = heard.compactMap(\.text)
      #expect(!said.isEmpty && said.count < 100)
      #expect(said == Array(texts[..<said.count]))
      #expect(await served.server.counts().closes["flood"] == 1)
      #expect(served.reports.endings.contains("bye: flood (flood)"))
    }
  }

  @Test("is cut as well when what it says is little, but long")
  func long() async throws {
    try await Served.run(Self.flood(1, 4, patience: .milliseconds(100))) { served in
      let writer = try await served.enter(.line, "writer")
      let text = String(repeating: "x", count: 4000)
      try await writer.connection.write((0..<60).map { "\($0)\(text)\n" }.joined())
      #expect(try await writer.rest().last == .words("* You say too much too quickly."))
    }
  }

  @Test("a client of this machine may say what it likes unless the limit is given")
  func spared() async throws {
    let configure = { (options: inout ServerOptions) in
      options.limits.flood = Rate(1, perSeconds: 1, burst: 1)
      options.limits.floodPerAddress = Rate(1, perSeconds: 1, burst: 1)
    }
    try await Served.run(configure) { served in
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(.line, "writer")
      for number in 0..<200 { try await writer.say("\(number)") }
      #expect(try await reader.texts(until: "199").count == 200)
      #expect(await served.server.counts().hits.isEmpty)
    }
  }

  @Test("the clients of one address share a rate when that is given")
  func perAddress() async throws {
    let configure = { (options: inout ServerOptions) in
      options.loops = 2
      options.floodPatience = .milliseconds(100)
      options.limits.floodPerAddress = Rate(1, perSeconds: 1, burst: 4)
      options.limits.said = [.floodPerAddress]
    }
    try await Served.run(configure) { served in
      let first = try await served.enter(.line, "first")
      let second = try await served.enter(.line, "second")
      for _ in 0..<4 { try await first.say("mine") }
      _ = try await second.texts(until: "mine")
      try await second.connection.write(String(repeating: "ours\n", count: 400))
      #expect(try await second.rest().last == .words("* You say too much too quickly."))
      #expect(await served.server.counts().hits[.floodPerAddress] ?? 0 > 0)
    }
  }

  @Test("long answers are budgeted apart, and do not use up what may be said")
  func answers() async throws {
    try await Served.run(Self.flood(1, 5, patience: .seconds(3600))) { served in
      let ann = try await served.enter(.native, "ann")
      // At one moment, so that none comes back meanwhile.
      var bytes: [UInt8] = []
      for id in UInt64(1)...19 { try NativeFrame.command(id: id, .rooms).encode(into: &bytes) }
      try await ann.connection.write(bytes)
      var answers: [UInt8?] = []
      while answers.count < 19 {
        switch try await ann.next() {
        case .native(.reply): answers.append(nil)
        case .native(.refused(_, let code, _)): answers.append(code)
        default: continue
        }
      }
      let refusals = [UInt8?](repeating: RefusalCode.flood.rawValue, count: 3)
      #expect(answers == [UInt8?](repeating: nil, count: 16) + refusals)
      try await ann.say("still")
      while true {
        if case .native(.accepted) = try await ann.next() { break }
      }
    }
  }

  @Test("who waits goes on as soon as there is another limit, and with all of its burst")
  func otherLimit() async throws {
    try await Served.run {
      $0.floodPatience = .seconds(3600)
      $0.limits.flood = Rate(1, perSeconds: 3600, burst: 2)
      $0.limits.said = [.flood]
    } _: { served in
      let reader = try await served.enter(.native, "reader")
      let writer = try await served.enter(.line, "writer")
      try await writer.connection.write((0..<7).map { "\($0)\n" }.joined())
      while await served.server.counts().hits[.flood] == nil { try Task.checkCancellation() }
      let before = await served.server.counts().messages
      #expect(before <= 2)
      var limits = served.server.limits
      limits.flood = Rate(1, perSeconds: 3600, burst: 3)
      served.server.setLimits(limits)
      while await served.server.counts().messages < before + 3 {
        try Task.checkCancellation()
      }
      #expect(await served.server.counts().messages == before + 3)
      limits.flood = .unlimited
      served.server.setLimits(limits)
      #expect(try await reader.texts(until: "6").count == 7)
    }
  }

  @Test("the limit holds for those who are in as soon as it is set, and not when it is taken away")
  func atRunTime() async throws {
    try await Served.run { options in
      options.floodPatience = .milliseconds(100)
    } _: { served in
      let writer = try await served.enter(.line, "writer")
      let reader = try await served.enter(.line, "reader")
      var limits = served.server.limits
      try LimitTable.set("flood", to: "1:2", in: &limits)
      served.server.setLimits(limits)
      // Every loop has heard of it when it has answered this.
      _ = await served.server.counts()
      var none = limits
      try LimitTable.set("flood", to: "0", in: &none)
      try await writer.connection.write(String(repeating: "much\n", count: 100))
      #expect(try await writer.rest().last == .words("* You say too much too quickly."))
      served.server.setLimits(none)
      _ = await served.server.counts()
      for number in 0..<100 { try await reader.say("\(number)") }
      let late = try await served.enter(.line, "late")
      try await reader.say("end")
      _ = try await late.texts(until: "end")
    }
  }
}
