import Chat
import Glibc
import Rooms
import Sockets
import Wire

/// `serve --join`: the operator's own terminal, or pipes, as one more member.
///
/// Leaving the chat (`/quit`, end of input) leaves the server running; Ctrl+C ends both.
final class OperatorSeat: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  var isAtTerminal: Bool { FaceOptions.isAtTerminal }
  /// Whether what others write to the terminal would not be seen, or spoil what is.
  var coversTerminal: Bool { options.hasScreen && isatty(Output.error.rawValue) == 1 }
  private let nick: String?
  private let options: FaceOptions
  private let loop: EventLoop
  private let ending: Ending
  private var member: ChatMember?
  private var face: (any ChatFace)?

  init(_ nick: String?, _ options: FaceOptions, on loop: EventLoop, _ ending: Ending) {
    (self.nick, self.options, self.loop, self.ending) = (nick, options, loop, ending)
  }

  /// Takes part until the operator has had enough or the server is to end; `welcome` stands above all else.
  func take(part server: ChatServer, welcome: String) async throws {
    let login = LoginName.environment.flatMap { (try? Nick.check($0)) == nil ? nil : $0 }
    let session = try NativeSession(
      nick: nick ?? login, room: nil, patience: .seconds(10),
      at: .now(Instant(nanoseconds: loop.now)))
    let connection = try await server.join(on: loop)
    defer { connection.close() }
    let member = ChatMember(connection, session)
    let remarks = welcome.split(separator: "\n").map { String($0) }
    let face = try options.face(on: loop, remarks: remarks) { [ending] in ending.begin() }
    (self.member, self.face) = (member, face)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [ending] in
        await ending.wait()
        member.leave()
      }
      let (why, _) = await face.run(member)
      (self.member, self.face) = (nil, nil)
      if let words = ChatWords.explanation(of: why) { Output.error.write("parley: \(words)\n") }
      if !ending.hasBegun {
        Output.error.write("You have left; the server goes on. Ctrl+C ends it.\n")
      }
      // The other task ends with the server.
      await group.waitForAll()
    }
  }

  /// Says something to the operator: on the screen while it covers what others write to the terminal.
  func tell(_ words: String) {
    if coversTerminal, let face {
      face.remark(words)
    } else {
      Output.error.write("parley serve: \(words)\n")
    }
  }

  /// Gives the terminal back at once.
  func abandon() async {
    face?.hurry(on: loop, within: .milliseconds(100))
    member?.abandon()
    try? await loop.sleep(for: .milliseconds(200))
  }
}
