import Chat
import Rooms
import Testing
import Wire

@Suite("A connection that is cut anywhere, again and again")
struct ReturnWalkTests {
  @Test(
    "everything typed is said once, in order, and everything said is shown once", arguments: 0..<300
  )
  func walk(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var script = SessionScript(
      try NativeSession(nick: "ann", returning: ReturnPlan(seed: seed), at: .start))
    var server = NumberingServer()
    // Before it is in nobody comes back.
    try server.take(&script, share: 1)
    try server.give(&script, share: 1)
    var typed: [String] = []
    var rounds = 0
    while rounds < 400 {
      rounds += 1
      let isLate = rounds > 300
      switch Int.random(in: 0..<(isLate ? 3 : 10), using: &random) {
      // What one side has sent reaches the other, in part.
      case 0: try server.take(&script, share: isLate ? 1 : Double.random(in: 0...1, using: &random))
      case 1: try server.give(&script, share: isLate ? 1 : Double.random(in: 0...1, using: &random))
      case 2:
        // Time goes by.
        guard script.session.deadline.map({ $0 < script.now.instant + .seconds(40) }) == true,
          script.hangUps > script.dials
        else { continue }
        script.now.instant = script.session.deadline ?? script.now.instant
        script.expire()
        if script.hangUps == script.dials {
          server.accept()
          script.connected()
        }
      case 3, 4, 5, 6:
        guard script.session.isReady else { continue }
        // Few words, so that many are the same.
        let text = "w\(Int.random(in: 0..<3, using: &random))"
        typed.append(text)
        script.type(text)
      case 7, 8: server.say("b\(rounds)", by: "bob")
      default:
        guard script.hangUps == script.dials else { continue }
        // Whatever was under way is lost; the server has read on or not.
        try server.take(&script, share: Double.random(in: 0...1, using: &random))
        server.cut()
        script.finish()
      }
    }
    #expect(server.journal.filter { $0.author == "ann" }.map(\.text) == typed)
    #expect(script.session.unsaidCount == 0)
    let shown = script.shown.compactMap(\.saying).sorted()
    #expect(shown == server.journal.map { "\($0.author): \($0.text)" }.sorted())
  }
}

/// A server with one room and one client, whose connection is two queues of frames.
private struct NumberingServer {
  var journal: [(author: String, text: String)] = []
  private var incoming: [NativeFrame] = []
  private var outgoing: [NativeFrame] = []
  private var isIn = false
  private var isUp = true

  mutating func accept() { (isUp, isIn, incoming, outgoing) = (true, false, [], []) }

  mutating func cut() { (isUp, isIn, incoming, outgoing) = (false, false, [], []) }

  mutating func say(_ text: String, by author: String) {
    journal.append((author, text))
    if isIn, author != "ann" { outgoing.append(event(journal.count)) }
  }

  /// Reads some of what the client has sent.
  mutating func take(_ script: inout ReturnScript, share: Double) throws {
    guard isUp else { return }
    incoming += try script.takeSent()
    let count = Int(Double(incoming.count) * share)
    for frame in incoming.prefix(count) {
      switch frame {
      case .hello(let hello): enter(hello)
      case .say(let say):
        self.say(String(decoding: say.body, as: UTF8.self), by: "ann")
        outgoing.append(.accepted(id: say.id, number: UInt64(journal.count)))
      default: break
      }
    }
    incoming.removeFirst(count)
  }

  /// Lets the client read some of what it was sent.
  mutating func give(_ script: inout ReturnScript, share: Double) throws {
    let count = Int((Double(outgoing.count) * share).rounded(.up))
    for frame in outgoing.prefix(count) { try script.receive(frame) }
    outgoing.removeFirst(min(count, outgoing.count))
  }

  private mutating func enter(_ hello: NativeHello) {
    isIn = true
    let seat = NativeSeat(
      room: 7, name: "lobby", historyID: ReturnScript.history, head: UInt64(journal.count))
    outgoing.append(
      .welcome(NativeWelcome(nick: "ann", seat: seat, token: ReturnScript.token)))
    guard let last = hello.resume?.lastNumber else { return }
    let numbers = (Int(last) + 1)..<(journal.count + 1)
    guard !numbers.isEmpty else { return }
    outgoing.append(
      .history(NativeHistory(room: 7, count: UInt32(numbers.count), missed: 0)))
    outgoing += numbers.map(event)
  }

  private func event(_ number: Int) -> NativeFrame {
    let said = journal[number - 1]
    return .said(said.text, by: said.author, number: UInt64(number))
  }
}
