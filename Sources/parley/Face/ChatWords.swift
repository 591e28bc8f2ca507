import Chat
import Rooms
import Wire

/// What happens in a chat, in lines to read.
///
/// Everything that came from others is made safe here, and only here.
struct ChatWords {
  enum Style {
    /// With the time; one's own messages are shown, because typing shows nothing that stays.
    case terminal
    /// With the time, on a terminal that keeps the lines as they were typed.
    case plain
    /// What others say and what was asked for goes to programs; the rest is for people.
    case pipe
  }

  struct Line: Equatable {
    var text: String
    var isForPeople = false
  }

  /// A second line of a text stays out of the column where names stand.
  private static let lineBreak = Array("\n  | ".utf8)
  /// What our own lines begin with, those that go on with a text, and quoted names.
  private static let heads = Array(" \t*!|\"".utf8)
  /// More names than this in a row nobody reads.
  private static let nameLimit = 200

  var style: Style
  /// How far local time is ahead of UTC at a Unix time in milliseconds, in seconds.
  var offset: (Int64) -> Int = { Moment.localOffset(at: $0) }

  func lines(for event: MemberEvent) -> [Line] {
    switch event {
    case .entered(let welcome): entered(welcome)
    case .away(let why, let pause): away(why, pause)
    case .back(let welcome, let after, let goesOn):
      back(
        welcome, after: after, goesOn: goesOn,
        scene(welcome.seat.name, welcome.members, without: welcome.nick))
    case .waits(let text):
      body(Array(text.utf8), after: "* waits for a connection: ", isForPeople: true)
    case .doubtful(let text):
      body(Array(text.utf8), after: "! nobody knows whether this was said: ", isForPeople: true)
    case .missing(let count, let room): missing(count, in: room)
    case .talking(let room): talking(in: room)
    case .message(let message): lines(for: message)
    case .presence(let presence, let room): [Line(text: text(of: presence, in: room))]
    case .whisper(let whisper):
      body(whisper.body, after: "\(time(whisper.wall))* \(safe(whisper.from)) whispers: ")
    case .whispered(let to, let text):
      body(Array(text.utf8), after: "* you whisper to \(safe(to)): ", isForPeople: true)
    case .unsaid(let text, let why):
      body(
        Array(text.utf8), after: "! not said (\(safe(trimmed(why)))): ", isForPeople: true)
    case .refused(let why): [Line(text: "! \(safe(why))", isForPeople: true)]
    case .hint(let words): [Line(text: "! \(safe(words))", isForPeople: true)]
    case .reply(let reply): [Line(text: "* " + text(of: reply))]
    case .history(let history): lines(for: history)
    case .words(let words): body(Array(words.utf8), after: "* ")
    case .help: help(LineInput.helpLines) + keys
    case .keys: keys
    case .frame(let bytes): body(bytes, after: "")
    case .chatText(let text): lines(for: text)
    case .peer(let event): lines(for: event)
    case .question(let question): [Line(text: safe(question), isForPeople: true)]
    case .named: []
    case .remark(let words): body(Array(words.utf8), after: "* ", isForPeople: true)
    }
  }

  private func help(_ lines: [String]) -> [Line] {
    lines.map { Line(text: "* " + $0, isForPeople: true) }
  }

  /// Only a terminal has keys.
  private var keys: [Line] { style == .terminal ? help(KeyWords.lines) : [] }

  /// Why it ended, nil when we wanted it so.
  static func explanation(of ending: MemberEnding) -> String? {
    switch ending {
    case .left, .native(.left): nil
    case .closed: "the server closed the connection"
    case .native(let ending): SafeText.safe(ending.description)
    case .misbehaved(let how): "the server does not speak this framing: \(how)"
    case .failed(let error): "connection lost: \(error)"
    }
  }

  // MARK: - What others say

  private func lines(for message: MemberMessage) -> [Line] {
    guard style == .terminal || !message.isOwn else { return [] }
    let head = head(of: message)
    let nick = safe(message.nick)
    switch message.form {
    // At a server where nobody has a name.
    case .text where nick.isEmpty: return body(message.body, after: "\(head)> ")
    case .text: return body(message.body, after: "\(head)\(nick): ")
    case .action: return body(message.body, after: "\(head)* \(nick) ")
    case .signed: return [Line(text: "\(head)* \(nick) sent a signed message")]
    }
  }

  private func head(of message: MemberMessage) -> String {
    time(message.wall) + (message.room.map { "[\(safe($0))] " } ?? "")
  }

  /// Who says something, as the first line of it shows: what stands before the name, and the name.
  func speaker(of event: MemberEvent) -> (before: String, name: String, isOwn: Bool)? {
    switch event {
    case .message(let message):
      let mark = message.form == .text ? "" : "* "
      return (head(of: message) + mark, safe(message.nick), message.isOwn)
    case .chatText(let text) where !text.isJoin && !text.isLeave:
      return (clock(text.time), called(text.name), false)
    case .peer(.said(let who, let time, _, let isOwn, _)):
      return (clock(time), shown(who), isOwn)
    case .whisper(let whisper): return ("\(time(whisper.wall))* ", safe(whisper.from), false)
    default: return nil
    }
  }

  private func lines(for text: ChatText) -> [Line] {
    let clock = clock(text.time)
    let name = called(text.name)
    if text.isJoin { return [Line(text: "\(clock)* \(name) joined")] }
    if text.isLeave { return [Line(text: "\(clock)* \(name) left")] }
    return body(Array(text.text.utf8), after: "\(clock)\(name): ")
  }

  private func text(of presence: NativePresence, in room: String?) -> String {
    let place = room.map { " \(safe($0))" } ?? ""
    let head = "\(time(presence.wall))* \(safe(presence.nick))"
    switch presence.change {
    case .join: return "\(head) joined\(place)"
    case .rename(let nick): return "\(head) is now known as \(safe(nick))"
    case .leave(let reason, let words):
      // Others may come in later versions.
      let why = LeaveReason(rawValue: reason)?.words ?? "reason \(reason)"
      return "\(head) left\(place) (\(why)\(words.isEmpty ? "" : ": \(safe(words))"))"
    }
  }

  // MARK: - Among peers

  private func lines(for event: PeerEvent) -> [Line] {
    switch event {
    case .said(let who, let time, let text, let isOwn, let isCut):
      guard style == .terminal || !isOwn else { return [] }
      return body(text, after: "\(clock(time))\(shown(who)): ", cut: isCut)
    case .raw(let bytes, let place, let isCut):
      return body(bytes, after: "\(safe(place)) (no chat text): ", cut: isCut)
    case .joined(let who): return [Line(text: "* \(shown(who)) joined")]
    case .left(let who): return [Line(text: "* \(shown(who)) left")]
    case .gone(let who, let why): return [Line(text: "* \(shown(who)) is gone (\(safe(why)))")]
    case .back(let who): return [Line(text: "* \(shown(who)) is back")]
    }
  }

  /// `bob`, `bob@192.0.2.1:8080`, or with a mark where there is doubt who it is.
  private func shown(_ who: PeerName) -> String {
    let place = who.place.map { "@\(safe($0))" } ?? ""
    return "\(called(who.name))\(place)\(who.isMarked ? " (?)" : "")"
  }

  /// A name that nobody checked; one that would read like another kind of line stands in quotation marks.
  private func called(_ name: String) -> String {
    let bytes = name.utf8
    let isPlain =
      bytes.first.map { !ChatWords.heads.contains($0) } ?? false
    let hasEnd = zip(bytes, bytes.dropFirst()).contains { $0 == (UInt8(ascii: ":"), 0x20) }
    return isPlain && !hasEnd ? safe(name) : "\"\(safe(name))\""
  }

  private func clock(_ time: Timestamp) -> String {
    guard style != .pipe, time != .unknown else { return "" }
    return "\(pair(time.hour)):\(pair(time.minute)) "
  }

  private func body(_ bytes: [UInt8], after head: String, cut isCut: Bool) -> [Line] {
    var lines = body(bytes, after: head)
    if isCut, let last = lines.indices.last { lines[last].text += " [cut]" }
    return lines
  }

  // MARK: - What the server tells us

  private func entered(_ welcome: NativeWelcome) -> [Line] {
    var lines: [Line] = []
    if !welcome.remark.isEmpty { lines.append(Line(text: "* \(safe(welcome.remark))")) }
    let scene = scene(welcome.seat.name, welcome.members, without: welcome.nick)
    lines.append(Line(text: "* You are \(safe(welcome.nick)) in \(scene)"))
    if style != .pipe {
      lines.append(Line(text: "* Type a line to say it; /help lists the commands."))
    }
    return lines.map { Line(text: $0.text, isForPeople: true) }
  }

  private func text(of reply: NativeReply) -> String {
    switch reply {
    case .nick(let nick): return "You are now \(safe(nick))."
    case .join(let seat, let members):
      return "You are now in \(scene(seat.name, members, without: nil))"
    case .leave(let room): return "You left \(safe(room))."
    case .who(let room, let members):
      return "In \(safe(room)) (\(members.total)): \(row(members.names, of: members.total))"
    case .rooms(let total, let rooms):
      return "Rooms: \(row(rooms.map { "\($0.name) (\($0.members))" }, of: total))"
    case .whisper(let to): return "You whispered to \(safe(to))."
    case .history(let history):
      let lines = lines(for: history).map { $0.text.dropFirst(2) }
      return lines.isEmpty ? "Nothing was said here yet." : lines.joined(separator: " ")
    }
  }

  private func lines(for history: NativeHistory) -> [Line] {
    var lines: [Line] = []
    if history.missed > 0 { lines.append(Line(text: "* \(history.missed) messages missed.")) }
    if history.count > 0 { lines.append(Line(text: "* Said before (\(history.count)):")) }
    return lines
  }

  private func scene(_ room: String, _ members: NativeNames?, without nick: String?) -> String {
    guard let members, members.total > 1 else { return "\(safe(room)), alone so far." }
    let others = members.names.filter { $0 != nick }
    let total = members.total - (others.count < members.names.count ? 1 : 0)
    return "\(safe(room)), with \(row(others, of: total))."
  }

  private func row(_ names: [String], of total: UInt32) -> String {
    let shown = names.prefix(ChatWords.nameLimit)
    let more = Int(total) - shown.count
    let row = shown.map(safe).joined(separator: ", ")
    return more > 0 ? "\(row) and \(more) more" : row
  }

  // MARK: - Pieces

  private func body(_ bytes: [UInt8], after head: String, isForPeople: Bool = false) -> [Line] {
    let safe = SafeText.safe(bytes, lineBreak: ChatWords.lineBreak)
    let text = head + String(decoding: safe, as: UTF8.self)
    return text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      Line(text: String(Substring($0)), isForPeople: isForPeople)
    }
  }

  private func safe(_ text: String) -> String { SafeText.safe(text) }

  /// A sentence inside of another one.
  func trimmed(_ sentence: String) -> String {
    sentence.utf8.last == UInt8(ascii: ".") ? String(sentence.dropLast()) : sentence
  }

  private func time(_ wall: Int64) -> String {
    guard style != .pipe else { return "" }
    let time = Timestamp(wallMilliseconds: wall, offsetSeconds: offset(wall))
    return "\(pair(time.hour)):\(pair(time.minute)) "
  }

  private func pair(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
