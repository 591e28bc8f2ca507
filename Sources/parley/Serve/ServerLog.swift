import Chat
import Glibc
import Rooms
import Sockets

/// One line for each thing that happens, on standard error; whatever came from outside is quoted and escaped.
///
/// Nobody waits for whoever reads it: when too much is waiting, lines are left out and counted.
final class ServerLog: Sendable {
  /// The most bytes that may wait.
  private static let limit = 262_144

  private struct State: Sendable {
    /// Lines for which there was no room.
    var lost: UInt64 = 0
    var limiter = LogLimiter()
    /// Whether a timer will come for what the limiter has left out.
    var isTimed = false
  }

  private let style: ServeOptions.LogStyle?
  private let output: BlockingOutput
  private let loop: EventLoop
  private let state = Locked(State())

  /// Without a style no events are written.
  init(_ style: ServeOptions.LogStyle?, on loop: EventLoop) throws(SocketError) {
    self.style = style
    self.loop = loop
    output = try BlockingOutput(Output.error.rawValue)
  }

  /// Writes what happened; from any thread, at once.
  func write(_ event: ServerEvent) {
    guard style != nil else { return }
    let (name, fields) = Self.describe(event)
    guard let kind = Self.kind(of: event, name) else { return write(name, fields) }
    settle()
    let (isAdmitted, needsTimer) = state.withLock { state in
      let isAdmitted = state.limiter.admits(kind, at: .now)
      let needsTimer = !isAdmitted && !state.isTimed
      if needsTimer { state.isTimed = true }
      return (isAdmitted, needsTimer)
    }
    if isAdmitted { write(name, fields) }
    if needsTimer { loop.execute { self.scheduleSummary() } }
  }

  private func scheduleSummary() {
    _ = loop.schedule(Summary(self), at: loop.deadline(.after(.seconds(1))))
  }

  /// Writes what the server has counted.
  func write(_ counts: ServerCounts) {
    write("stats", counts.rows(withZeros: false).map { ($0.name, .number($0.value)) })
  }

  private func write(_ name: String, _ fields: [(String, Value)]) {
    guard let style else { return }
    guard output.backlog <= Self.limit else {
      state.withLock { $0.lost += 1 }
      return
    }
    writeLost()
    output.write(Array(Self.line(name, fields, style: style, at: Self.milliseconds()).utf8))
  }

  /// Tells how many lines were left out, of each kind whose second is over.
  private func settle(all: Bool = false) {
    for (kind, lines) in state.withLock({ $0.limiter.settle(at: .now, all: all) }) {
      var fields: [(String, Value)] = [("event", .plain(kind.name))]
      if let reason = kind.reason { fields.append(("why", .foreign(reason))) }
      write("suppressed", fields + [("lines", .number(UInt64(clamping: lines)))])
    }
  }

  /// Comes when a second is over in which lines were left out.
  private final class Summary: TimerTarget {
    private let log: ServerLog
    init(_ log: ServerLog) { self.log = log }

    func expired() {
      log.settle()
      // The second of another kind may have begun later.
      let isLeft = log.state.withLock { state in
        state.isTimed = state.limiter.leavesOut
        return state.isTimed
      }
      if isLeft { log.scheduleSummary() }
    }
  }

  /// What those lines are counted by that anybody can bring about; nil for the server's own.
  private static func kind(of event: ServerEvent, _ name: String) -> LogLimiter.Kind? {
    switch event {
    case .connected, .entered, .renamed, .joined: LogLimiter.Kind(name: name)
    case .left(_, _, _, let reason): LogLimiter.Kind(name: name, reason: reason.words)
    case .refused(_, let why), .closed(_, _, let why):
      // What stands behind a colon may be anything.
      LogLimiter.Kind(name: name, reason: String(why.prefix { $0 != ":" }))
    case .listening, .exhausted, .skipped, .stopping, .stopped: nil
    }
  }

  /// Writes words for the operator, between the events.
  func write(_ words: String) { output.write(Array(words.utf8)) }

  /// Waits until everything is written, but not for a reader that has stopped.
  func finish(on loop: EventLoop) async {
    settle(all: true)
    writeLost()
    let timer = loop.schedule(Closer([output]), at: loop.deadline(.after(.seconds(1))))
    await output.finish()
    loop.cancel(timer)
  }

  private func writeLost() {
    let count = state.withLock { state in
      defer { state.lost = 0 }
      return state.lost
    }
    guard count > 0, let style else { return }
    let line = Self.line("lost", [("lines", .number(count))], style: style, at: Self.milliseconds())
    output.write(Array(line.utf8))
  }

  /// A value of a field: words of ours, words from outside, or a number.
  enum Value {
    case plain(String)
    case foreign(String)
    case number(UInt64)
  }

  static func describe(_ event: ServerEvent) -> (String, [(String, Value)]) {
    switch event {
    case .listening(let address, let door):
      return ("listening", [address.field, ("door", .plain(door.map { "\($0)" } ?? "any"))])
    case .connected(let client, let peer): return ("connected", [client.field, peer.field])
    case .refused(let peer, let why): return ("refused", [peer.field, ("why", .plain(why))])
    case .entered(let client, let nick, let room, let door):
      return (
        "entered",
        [
          client.field, ("nick", .foreign(nick)), ("room", .foreign(room)),
          ("door", .plain("\(door)")),
        ]
      )
    case .renamed(let client, let old, let new):
      return ("renamed", [client.field, ("from", .foreign(old)), ("to", .foreign(new))])
    case .joined(let client, let nick, let room):
      return ("joined", [client.field, ("nick", .foreign(nick)), ("room", .foreign(room))])
    case .left(let client, let nick, let room, let reason):
      return (
        "left",
        [
          client.field, ("nick", .foreign(nick)), ("room", .foreign(room)),
          ("why", .plain(reason.words)),
        ]
      )
    case .closed(let client, let peer, let why):
      return ("closed", [client.field, peer.field, ("why", .foreign(why))])
    case .exhausted(let error): return ("exhausted", [("error", .foreign(error.description))])
    case .skipped(let error): return ("skipped", [("error", .foreign(error.description))])
    case .stopping: return ("stopping", [])
    case .stopped: return ("stopped", [])
    }
  }

  static func line(
    _ name: String, _ fields: [(String, Value)], style: ServeOptions.LogStyle,
    at milliseconds: Int64
  ) -> String {
    let time = timestamp(milliseconds)
    switch style {
    case .text:
      return fields.reduce("\(time) \(name)") { "\($0) \($1.0)=\(text($1.1))" } + "\n"
    case .json:
      let rest = fields.map { ",\(quoted($0.0)):\(json($0.1))" }.joined()
      return "{\"time\":\"\(time)\",\"event\":\"\(name)\"\(rest)}\n"
    }
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .plain(let words): words.utf8.contains(UInt8(ascii: " ")) ? quoted(words) : words
    case .foreign(let words): quoted(words)
    case .number(let number): "\(number)"
    }
  }

  private static func json(_ value: Value) -> String {
    switch value {
    case .plain(let words), .foreign(let words): quoted(words)
    case .number(let number): "\(number)"
    }
  }

  /// A JSON string in ASCII: so it is one line on every terminal, whatever was in it.
  static func quoted(_ words: String) -> String {
    var result = "\""
    for scalar in words.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case " "..."~": result.unicodeScalars.append(scalar)
      default:
        for unit in Character(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
      }
    }
    return result + "\""
  }

  private static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// UTC with milliseconds, as `2026-11-21T07:00:00.123Z`.
  private static func timestamp(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ number: some BinaryInteger, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    return padded(parts.tm_year + 1900, 4) + "-" + padded(parts.tm_mon + 1) + "-"
      + padded(parts.tm_mday) + "T" + padded(parts.tm_hour) + ":" + padded(parts.tm_min) + ":"
      + padded(parts.tm_sec) + "." + padded(milliseconds % 1000, 3) + "Z"
  }
}

extension ClientID {
  fileprivate var field: (String, ServerLog.Value) { ("client", .number(rawValue)) }
}

extension SocketAddress {
  fileprivate var field: (String, ServerLog.Value) { ("address", .foreign(description)) }
}
