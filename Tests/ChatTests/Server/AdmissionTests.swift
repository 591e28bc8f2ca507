import Rooms
import Sockets
import Testing

@testable import Chat

@Suite("who may come to a server", .timeLimit(.minutes(1)))
struct AdmissionTests {
  @Test("the total and the number per address are kept, and places become free", arguments: [1, 2])
  func caps(loops: Int) async throws {
    for isTotal in [true, false] {
      let configure = { (options: inout ServerOptions) in
        options.loops = loops
        if isTotal {
          options.limits.maximumClients = 2
        } else {
          options.limits.maximumPerAddress = 2
        }
        options.limits.said = [.maxPerAddress]
      }
      try await Served.run(configure) { served in
        let first = try await served.enter(.line, "first")
        _ = try await served.enter(.line, "second")
        for _ in 1...3 {
          let third = try await served.connect()
          #expect(try await third.read().isEmpty)
        }
        await served.reports.wait(3) { if case .refused = $0 { true } else { false } }
        let hits = await served.server.counts().hits
        #expect(hits == [isTotal ? .maxClients : .maxPerAddress: 3])
        first.close()
        await served.reports.waitForClosing()
        // Its place is free as soon as the connection is gone, which comes after the report.
        while true {
          let fourth = Peer(try await served.connect(), .line, nick: "fourth")
          try await fourth.enter()
          if case .words = try? await fourth.next() { break }
        }
      }
    }
  }

  @Test("of too many who say nothing, the one that waits longest goes")
  func undecided() async throws {
    try await Served.run {
      $0.limits.maximumWaiting = 3
    } _: { served in
      var silent: [Connection] = []
      for number in 1...3 {
        silent.append(try await served.connect())
        await served.reports.wait(number) { if case .connected = $0 { true } else { false } }
      }
      // Who has said something does not count any more.
      _ = try await served.enter(.line, "talker")
      let cut = silent.removeFirst()
      let last = Peer(try await served.connect(), .line, nick: "last")
      while !(try await cut.read().isEmpty) {}
      #expect(await served.server.counts().hits[.maxWaiting] ?? 0 > 0)
      try await last.enter()
      await served.reports.waitForEntry(of: "last")
      for connection in silent {
        try await connection.write("hello\n")
        var text = ""
        while !text.contains("You are guest-") {
          text += String(decoding: try await connection.read(), as: UTF8.self)
        }
      }
    }
  }
}
