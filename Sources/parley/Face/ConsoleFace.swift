import Chat
import Glibc
import Rooms
import Sockets
import Wire

/// Takes part for a person at a terminal, of which it is the only owner while it runs.
///
/// What comes only changes what is to be seen; one task draws it, as often as the terminal takes it. So
/// thousands of lines cost no more than the last of them, and a terminal that stands still holds up
/// neither the others nor Ctrl-C.
final class ConsoleFace: ChatFace, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// What it hears of its terminal and of the shell; to be blocked before any thread is started.
  static let signals = [SIGWINCH, SIGTSTP, SIGCONT]
  /// Typed or pasted lines that may wait for the server.
  private static let lineLimit = 1000
  /// The shortest time between two drawings; nobody sees more.
  private static let framePause = Duration.milliseconds(8)

  private let input: BlockingInput
  private let output: BlockingOutput
  private let words = ChatWords(style: .terminal)
  private let remarks: [String]
  private let interrupt: () -> Void
  private let silence: Silence
  private let loop: EventLoop
  private var terminal: ConsoleTerminal
  private var mode: TerminalMode?
  private var mentions = Mentions()

  private var lines: [String] = []
  private var hasInputEnded = false
  private var isOver = false
  private let hasLines = Gate()
  private let hasNews = Gate()
  /// Somebody wants us to stop; whether the programs that run with us should stop as well.
  private var stopsAll: Bool?
  /// Others may have written to the terminal, or have changed its mode.
  private var wasStopped = false

  /// Calls `interrupt` for Ctrl-C, which a raw terminal makes no signal of; shows `remarks` first.
  init(
    on loop: EventLoop, theme: Theme, remarks: [String], interrupt: @escaping () -> Void
  ) throws(SocketError) {
    self.loop = loop
    self.remarks = remarks
    silence = Silence(of: .milliseconds(100), on: loop)
    input = try BlockingInput()
    output = try BlockingOutput(1)
    self.interrupt = interrupt
    let size = TerminalMode.size(of: 1)
    terminal = ConsoleTerminal(
      columns: size?.columns ?? 80, rows: size?.rows ?? 24, theme: theme,
      at: Instant(nanoseconds: loop.now))
  }

  private var now: Instant { Instant(nanoseconds: loop.now) }

  func run(_ member: any Participant) async -> (ending: MemberEnding, unsaid: Int) {
    take()
    show(remarks.map { .remark($0) })
    let ending = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.listen() }
      group.addTask { await self.type(to: member) }
      group.addTask { await self.paint(member) }
      group.addTask { await self.watch() }
      group.addTask {
        await self.output.closing()
        // The terminal is gone.
        member.leave()
      }
      let ending = await member.run { self.show($0) }
      isOver = true
      hasLines.open()
      hasNews.open()
      output.write(terminal.end())
      await output.finish()
      let isWritten = !output.isClosed
      input.stop()
      output.close()
      group.cancelAll()
      mode = nil
      // Else it is tried once more when the program ends.
      if isWritten { Restoration.end() }
      return ending
    }
    return (ending, 0)
  }

  /// A terminal that cannot be read or written is gone, and nobody is left to tell.
  var failure: SocketError? { nil }

  func hurry(on loop: EventLoop, within limit: Duration) {
    _ = loop.schedule(Closer([output]), at: loop.deadline(.after(limit)))
  }

  // MARK: - The keyboard

  /// Always listens, whatever the server and the screen do: Ctrl-C comes this way.
  private func listen() async {
    while !hasInputEnded, !isOver {
      let bytes = (try? await input.next()) ?? []
      if bytes.isEmpty { hasInputEnded = true }
      guard !isOver else { return await listenForInterrupts(bytes) }
      silence.end()
      terminal.receive(bytes, at: now)
      act()
      if terminal.awaitsPause {
        silence.begin { [weak self] in
          guard let self, !self.isOver else { return }
          self.terminal.pause(at: self.now)
          self.act()
        }
      }
    }
    await listenForInterrupts([])
  }

  /// Ctrl-C still counts while the last lines are on their way.
  private func listenForInterrupts(_ first: [UInt8]) async {
    var bytes = first
    repeat {
      for _ in 0..<bytes.count(where: { $0 == 0x03 }) { interrupt() }
      bytes = (try? await input.next()) ?? []
    } while !bytes.isEmpty
  }

  /// Does what the keys wished.
  private func act() {
    for wish in terminal.takeWishes() {
      switch wish {
      case .say(let line): queue(line)
      case .leave: hasInputEnded = true
      case .interrupt: interrupt()
      case .suspend: stopsAll = true
      }
    }
    hasLines.open()
    hasNews.open()
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

  func remark(_ words: String) { show([.remark(words)]) }

  private func show(_ events: [MemberEvent]) {
    for event in events {
      terminal.learn(event)
      let isMention = mentions.heed(event)
      terminal.show(words.talk(for: event, isMention: isMention), at: now)
      if isMention, mentions.rings(for: event, at: now) { terminal.ring() }
    }
    hasNews.open()
  }

  /// The one task that writes to the terminal while the chat goes on.
  private func paint(_ member: any Participant) async {
    while !isOver {
      await hasNews.wait()
      if let all = stopsAll, !isOver { await stop(all: all) }
      guard !isOver else { return }
      if wasStopped {
        wasStopped = false
        // The shell has set the terminal to its own liking.
        mode = nil
        take()
      }
      terminal.meet(member.company)
      output.write(terminal.draw())
      await output.finish()
      try? await loop.sleep(for: ConsoleFace.framePause)
    }
  }

  /// Makes the terminal ours.
  private func take() {
    Restoration.begin(input: 0, output: 1)
    mode = TerminalMode(descriptor: 0)
    if let size = TerminalMode.size(of: 1) {
      terminal.resize(columns: size.columns, rows: size.rows)
    }
    output.write(terminal.enter())
    hasNews.open()
  }

  /// Gives the terminal back and stops until the shell lets us go on.
  private func stop(all: Bool) async {
    stopsAll = nil
    output.write(terminal.leave())
    await output.finish()
    // It may have ended meanwhile, and then the terminal has been given back for good.
    guard !isOver else { return }
    mode = nil
    Restoration.end()
    JobControl.stop(all: all)
    wasStopped = true
  }

  private func watch() async {
    guard let signals = try? await Signals(ConsoleFace.signals, on: loop) else { return }
    while let signal = try? await signals.next(), !isOver {
      switch signal {
      case SIGTSTP: stopsAll = false
      case SIGCONT: wasStopped = true
      default:
        guard let size = TerminalMode.size(of: 1) else { continue }
        terminal.resize(columns: size.columns, rows: size.rows)
      }
      hasNews.open()
    }
  }
}
