/// A class of the second lesson, and what stands for it here, member by member.
///
/// Every line of `here` stands in Examples/Sources/FiveClasses, where it is compiled and run.
struct LessonClass: Sendable {
  struct Member: Sendable {
    var there: String
    var here: String
    var note: String

    init(_ there: String, _ here: String, _ note: String) {
      (self.there, self.here, self.note) = (there, here, note)
    }
  }

  var name: String
  /// What stands for it, and what is different on the whole.
  var summary: String
  var members: [Member]

  static let all = [peer, asyncPeer, connection, client, server]

  private static let peer = LessonClass(
    name: "Peer",
    summary: """
      `DatagramGroup`. An address is resolved before it is kept, so that one peer is one address. Who \
      was heard once gets at most three datagrams until it is heard again, or anybody could aim a \
      group at somebody else by a forged sender.
      """,
    members: [
      Member(
        "Peer(port, peers)",
        "let peer = try await DatagramGroup.bind(place, peers: addresses, on: loop)",
        "IPv6 as well; an address that nobody can be at is an error here, not at the first send."),
      Member("peer.peers", "peer.peers", "A copy: nothing changes while it is walked through."),
      Member("peer.local_address", "peer.localAddress", "With the real port when it was 0."),
      Member(
        "peer.send_all(text)", "try await peer.sendAll(\"Hello!\")",
        """
        A peer that cannot be reached does not keep the others from getting it. Over 1,024 bytes is \
        an error, unless more was allowed, because the lesson's program would cut it.
        """),
      Member(
        "text, sender = peer.receive()", "let message = try await other.receive()",
        "`message.text` and `message.sender`; `message.bytes` when it is no text. Empty ones are passed over."
      ),
      Member("peer.close()", "other.close()", "Who waits for a datagram gets an error at once."),
    ])

  private static let asyncPeer = LessonClass(
    name: "AsyncPeer",
    summary: """
      `DatagramGroup` as well. Receiving has an owner: it goes on as long as `run` does, and there is \
      no thread that outlives the program's interest.
      """,
    members: [
      Member(
        "AsyncPeer(port, peers, callback)", "try peer.onEvent { event in",
        """
        Once; until it is set it does nothing. The callback may wait, for a `sendAll` for instance: \
        then the next datagram waits in the kernel.
        """),
      Member(
        "on_message_received(message, sender)",
        "guard case .message(let message) = event else { return print(\"peer: close\") }",
        "Nothing to override: what else can happen is another case."),
      Member(
        "(the thread)", "await peer.run()",
        "Until it is closed, here by the callback. `run { … }` goes on for as long as its body."),
    ])

  private static let connection = LessonClass(
    name: "Connection",
    summary: """
      `MessageConnection`. Any split and any joining of messages is right, and one write carries one \
      message. What went wrong inside the framing is an error, and then the close.
      """,
    members: [
      Member("connection.local_address", "connection.localAddress", "Known also after the close."),
      Member("connection.remote_address", "connection.remoteAddress", "The same."),
      Member(
        "connection.send(text)", "try await connection.send(\"one\")",
        """
        Text or bytes, both behind their length. Several tasks may send: messages never mix. An empty \
        one is refused, because its length would say that we close.
        """),
      Member(
        "connection.receive()", "if let bytes = try await connection.receive() {",
        "One whole message; nil at the end. Bytes that are not UTF-8 do not end the connection."),
      Member(
        "connection.close()", "connection.close()",
        "Tells the peer at once, also while somebody waits to receive."),
      Member("connection.closed", "connection.isClosed", ""),
      Member(
        "connection.callback = f", "do { try connection.onEvent { _ in } } catch { print(error) }",
        "Set once; the second time it says `Callback can only be set once`. `run` calls it."),
      Member(
        "(event, payload, connection, error)", "for await event in connection.events {",
        """
        The same events without a callback: any number of `.message`, at most one `.error`, and \
        `.close`, exactly once and last, also when it was closed here.
        """),
    ])

  private static let client = LessonClass(
    name: "Client",
    summary: "`Endpoint.dial`, which lends a `MessageConnection` to a closure.",
    members: [
      Member(
        "Client(address)",
        "try await Endpoint(address).dial(on: loop, framing: .u16) { connection in",
        "All addresses of a name are tried; the end of the closure closes, also behind an error.")
    ])

  private static let server = LessonClass(
    name: "Server",
    summary:
      "`MessageListener`. `Endpoint.listen` is the form without events: a closure for each caller.",
    members: [
      Member(
        "Server(port)",
        "let server = try await MessageListener.bind(place, on: loop, framing: .u16)",
        "Options say how many may come, and from where."),
      Member(
        "server.callback = f", "try server.onEvent { event in",
        "Once, as above. `server.run()` accepts and is the scope of all connections."),
      Member(
        "\"listen\"",
        "case .listen(let address): print(\"server: listen\", address == server.localAddress)",
        "Always the first."),
      Member(
        "\"connect\"", "case .connect(let peer):",
        "The callback of a connection is set in here, before its first message."),
      Member("\"error\"", "case .error(let error): print(\"server:\", error)", ""),
      Member("\"stop\"", "case .stop: print(\"server: stop\")", "Always the last, exactly once."),
      Member(
        "server.close()", "server.close()",
        "Wakes the accept. Nobody is accepted after it, not even one who waits already."),
    ])
}

extension LessonPages {
  /// The five classes, each in a table.
  static var classTables: String {
    var page = """

      ## The five classes of the second lesson

      The lines under *Here* are from \
      [FiveClasses](../Examples/Sources/FiveClasses/main.swift), which is compiled and run with every \
      check. `MessageServer`, `MessageClient` and `UDPPeer` beside it are whole programs.

      """
    for lesson in LessonClass.all {
      page += """

        ### \(lesson.name)

        \(lesson.summary)

        | There | Here | |
        |---|---|---|

        """
      for member in lesson.members {
        page += "| `\(member.there)` | `\(member.here)` | \(member.note) |\n"
      }
    }
    return page
  }
}
