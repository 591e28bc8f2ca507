import Chat
import Testing
import Wire

@Suite("When somebody comes back")
struct ReturnPlanTests {
  /// The pause after a connection that lasted so long, behind many attempts that failed.
  private func pause(lasting: Duration) throws -> Duration {
    var script = try ReturnScript.entered()
    for _ in 0..<20 {
      script.finish()
      script.wait(.seconds(30))
    }
    script.connected()
    try script.letIn(head: 5)
    script.wait(lasting)
    script.finish()
    let deadline = try #require(script.session.deadline)
    return .nanoseconds(Int64(deadline.nanoseconds - script.now.instant.nanoseconds))
  }

  @Test("only who was in for 30 seconds comes back as quickly as the first time")
  func steady() throws {
    #expect(try pause(lasting: .seconds(30)) <= .milliseconds(250))
    #expect(try pause(lasting: .milliseconds(29_999)) >= .seconds(15))
    #expect(try pause(lasting: .zero) >= .seconds(15))
  }

  @Test("a room that waits to be entered again is asked for once, however often all is lost")
  func once() throws {
    var script = try ReturnScript.entered()
    for (id, name) in [(1, "tea"), (2, "den")] as [(UInt64, String)] {
      script.type("/join \(name)")
      let seat = NativeSeat(
        room: UInt32(7 + id), name: name, historyID: ReturnScript.history, head: 0)
      try script.receive(.reply(id: id, .join(seat, members: NativeNames(["ann"]))))
    }
    script.type("/join lobby")
    _ = try script.takeSent()
    for _ in 0..<3 {
      try script.loseAndReturn()
      try script.letIn(head: 5)
      #expect(try script.takeSent() == [.command(id: 1, .join(room: "tea"))])
    }
    let tea = NativeSeat(room: 8, name: "tea", historyID: ReturnScript.history, head: 0)
    try script.receive(.reply(id: 1, .join(tea, members: NativeNames(["ann"]))))
    #expect(try script.takeSent() == [.command(id: 2, .join(room: "den"))])
    let den = NativeSeat(room: 9, name: "den", historyID: ReturnScript.history, head: 0)
    try script.receive(.reply(id: 2, .join(den, members: NativeNames(["ann"]))))
    #expect(try script.takeSent().isEmpty)
  }
}
