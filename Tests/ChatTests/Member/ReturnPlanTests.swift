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
}
