import Chat
import Rooms
import Sockets
import Wire

/// Takes part for a person at a terminal, of which it is the only owner while it runs.
final class ConsoleFace: ChatFace, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// Typed or pasted lines that may wait for the server.
  private static let lineLimit = 1000
  /// Typed bytes that may wait for a screen that stands still.
  private static let heldLimit = 65_536

  private let input: BlockingInput
  private let output: BlockingOutput
  private let words = ChatWords(style: .terminal)
  private let interrupt: () -> Void
  private let silence: Silence
  private var terminal: ConsoleTerminal
  private var mode: TerminalMode?

  private var held: [UInt8] = []
  private var lines: [String] = []
  private var hasInputEnded = false
  private var isOver = false
  private let hasLines = Gate()

  /// Calls `interrupt` for Ctrl-C, which a raw terminal makes no signal of.
  init(on loop: EventLoop, interrupt: @escaping () -> Void) throws(SocketError) {
    silence = Silence(of: .milliseconds(100), on: loop)
    input = try BlockingInput()
    output = try BlockingOutput(1)
    self.interrupt = interrupt
    terminal = ConsoleTerminal(columns: TerminalMode.size(of: 1)?.columns ?? 80)
  }

  func run(_ member: any Participant) async -> (ending: MemberEnding, unsaid: Int) {
    mode = TerminalMode(descriptor: 0)
    output.write(terminal.begin())
    let ending = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.listen() }
      group.addTask { await self.type(to: member) }
      group.addTask {
        await self.output.closing()
        // The terminal is gone.
        member.leave()
      }
      let ending = await member.run { events in
        self.show(events)
        await self.output.room()
      }
      isOver = true
      hasLines.open()
      input.stop()
      output.write(terminal.end())
      await output.finish()
      output.close()
      return ending
    }
    mode = nil
    return (ending, 0)
  }

  /// A terminal that cannot be read or written is gone, and nobody is left to tell.
  var failure: SocketError? { nil }

  func refresh(wasStopped: Bool) {
    guard let size = TerminalMode.size(of: 1), mode != nil else { return }
    if wasStopped {
      // The shell has set the terminal to its own liking.
      mode = nil
      mode = TerminalMode(descriptor: 0)
    }
    output.write(terminal.resize(columns: size.columns))
  }

  func hurry(on loop: EventLoop, within limit: Duration) {
    _ = loop.schedule(Closer([output]), at: loop.deadline(.after(limit)))
  }

  // MARK: - The keyboard

  /// Always listens, whatever the server does: Ctrl-C comes this way.
  private func listen() async {
    while !hasInputEnded {
      var bytes = held
      held = []
      if bytes.isEmpty { bytes = (try? await input.next()) ?? [] }
      // The screen has been given back: nothing more is drawn.
      guard !isOver else { return }
      if bytes.isEmpty { hasInputEnded = true }
      silence.end()
      act(on: terminal.receive(bytes))
      if terminal.awaitsPause {
        silence.begin { [weak self] in
          guard let self, !self.isOver else { return }
          self.act(on: self.terminal.pause())
        }
      }
      await listenUntilRoom()
    }
    // Ctrl-C still counts while the last lines are on their way.
    while case let bytes = (try? await input.next()) ?? [], !bytes.isEmpty {
      if bytes.contains(0x03) { interrupt() }
    }
  }

  /// Draws, and does what the keys wished.
  private func act(on drawing: [UInt8]) {
    output.write(drawing)
    for wish in terminal.takeWishes() {
      switch wish {
      case .say(let line): queue(line)
      case .leave: hasInputEnded = true
      case .interrupt: interrupt()
      }
    }
    hasLines.open()
  }

  /// While the screen takes nothing, only Ctrl-C counts; what else is typed waits.
  private func listenUntilRoom() async {
    guard output.isFull else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while self.held.count < ConsoleFace.heldLimit,
          case let bytes = (try? await self.input.next()) ?? [], !bytes.isEmpty
        {
          for _ in 0..<bytes.count(where: { $0 == 0x03 }) { self.interrupt() }
          self.held += bytes.filter { $0 != 0x03 }
        }
      }
      await output.room()
      group.cancelAll()
    }
  }

  private func queue(_ line: String) {
    guard lines.count < ConsoleFace.lineLimit else {
      return show([.unsaid(line, why: "too many lines wait already")])
    }
    lines.append(line)
  }

  private func type(to member: any Participant) async {
    while !isOver {
      let batch = lines
      lines = []
      for line in batch {
        guard await member.type(Array(line.utf8)) else { return }
      }
      guard lines.isEmpty else { continue }
      guard !hasInputEnded else { return member.endInput() }
      if !isOver { await hasLines.wait() }
    }
  }

  // MARK: - The screen

  private func show(_ events: [MemberEvent]) {
    for event in events {
      switch event {
      case .entered(let welcome): rename(welcome.nick)
      case .reply(.nick(let nick)), .named(let nick): rename(nick)
      default: break  // Nothing else changes what we are called.
      }
      terminal.learn(event)
    }
    output.write(terminal.show(events.flatMap(words.lines).map(\.text)))
  }

  private func rename(_ nick: String) {
    output.write(terminal.rename(SafeText.safe(nick) + "> "))
  }
}
