internal import Rooms
package import Sockets
package import Wire

/// Somebody's side of a chat for two, without a socket or a clock.
///
/// Call an input, then drain ``next()``; ``Action/ended`` is the last action. There is one partner at a
/// time: who calls meanwhile is told that the line is busy.
package struct TalkSession: Sendable {
  package enum Action: Equatable, Sendable {
    /// One chat text for the partner.
    case say([UInt8])
    /// Let what has been said go out, for so long, and end the connection in order.
    case hangUp(patience: Duration)
    case show(MemberEvent)
    case ended
  }

  private enum Phase { case asking, talking, leaving, ended }

  private struct Partner {
    var place: SocketAddress
    /// The first name they used.
    var name: String?
    /// Whether they said that they leave.
    var hasLeft = false
  }

  /// What is said in one frame, with its length: more may not come in one piece.
  private static let frameLimit = 1400
  private static let question = "Enter your username to start the chat:"
  /// How long the rest of what was said may take to go out: after the end of the input, and after a signal.
  private static let patience = (unhurried: Duration.seconds(60), hurried: Duration.seconds(2))

  private let isListener: Bool
  private let textLimit: Int
  private var name: String?
  private var phase: Phase
  private var partner: Partner?
  private var clock = TextClock()
  private var actions: [Action] = []
  private var taken = 0
  /// How much of what was typed was not said.
  package private(set) var unsaidCount = 0

  /// - Parameters:
  ///   - name: What we are called; nil to ask for it.
  ///   - format: How chat texts are framed.
  ///   - isListener: Whether others call, one after the other.
  package init(name: String?, _ format: FrameFormat, isListener: Bool) {
    self.name = name
    self.isListener = isListener
    textLimit = TalkSession.frameLimit - format.numberWidth
    phase = name == nil ? .asking : .talking
    show(.remark("Everybody on the way can read and forge what is said here."))
    if let name { show(.named(name)) } else { show(.question(TalkSession.question)) }
  }

  package mutating func next() -> Action? {
    guard taken < actions.count else {
      actions.removeAll(keepingCapacity: true)
      taken = 0
      return nil
    }
    taken += 1
    return actions[taken - 1]
  }

  private mutating func show(_ event: MemberEvent) { actions.append(.show(event)) }

  // MARK: - What the user wants

  package mutating func type(_ line: [UInt8], at now: Moment) {
    switch phase {
    case .asking: answer(line)
    case .talking: obey(PeerLine(line), at: now)
    case .leaving, .ended: break
    }
  }

  private mutating func answer(_ line: [UInt8]) {
    do throws(NameRefusal) {
      let name = try PeerName.check(line)
      self.name = name
      phase = .talking
      show(.named(name))
    } catch {
      show(.hint(error.description))
      show(.question(TalkSession.question))
    }
  }

  private mutating func obey(_ line: PeerLine, at now: Moment) {
    switch line {
    case .say(let text): say(text, at: now)
    case .nothing: show(.hint("An empty line is not sent."))
    case .who: show(.words(whoIsThere))
    case .quit: leave()
    case .help:
      for line in TalkSession.helpLines { show(.words(line)) }
      show(.keys)
    case .stats, .add: show(.hint("That is for a group chat; this one is for two."))
    case .unknown(let words): show(.hint(words))
    }
  }

  private static let helpLines = [
    "/who          whom you talk with",
    "/ignore NAME  hides somebody, or shows them again",
    "/quit         leaves; Ctrl-D does the same",
    "//text        says a line that begins with a slash",
  ]

  private var whoIsThere: String {
    guard let partner else { return "Nobody is connected." }
    return "You talk with \(partner.name ?? "somebody") at \(partner.place)."
  }

  package var company: String {
    guard let partner else { return isListener ? "waiting for a call" : "nobody is connected" }
    return "\(partner.name.map { "\($0) at " } ?? "")\(partner.place)"
  }

  private mutating func say(_ text: [UInt8], at now: Moment) {
    guard partner != nil else {
      unsaidCount += 1
      return show(.unsaid(String(decoding: text, as: UTF8.self), why: "nobody is connected"))
    }
    let name = name ?? ""
    let time = clock.next(at: now)
    for piece in ChatText.pieces(time: time, name: name, text: text, limit: textLimit) {
      actions.append(.say(piece))
    }
    show(.peer(.said(PeerName(name), time: time, text: text, isOwn: true, isCut: false)))
  }

  /// Nothing more will be typed: what was said goes out, then it ends.
  package mutating func endInput() { leave(within: TalkSession.patience.unhurried) }

  /// Ends it in order, soon.
  package mutating func leave() { leave(within: TalkSession.patience.hurried) }

  /// The end of the stream tells the partner; there is no text for it.
  private mutating func leave(within patience: Duration) {
    guard phase != .ended else { return }
    phase = .leaving
    guard partner != nil else { return end() }
    actions.append(.hangUp(patience: patience))
  }

  private mutating func end() {
    phase = .ended
    actions.append(.ended)
  }

  // MARK: - The partner

  /// Somebody has called or been called.
  ///
  /// - Returns: Whether this is our partner now; if not, ``busyText(at:)`` is for them.
  package mutating func connected(_ place: SocketAddress) -> Bool {
    guard phase == .asking || phase == .talking else { return false }
    guard partner == nil else {
      show(.remark("\(place) called and was told that the line is busy."))
      return false
    }
    partner = Partner(place: place)
    if isListener { show(.remark("\(place) calls.")) }
    return true
  }

  /// What somebody is told who calls while we talk with another.
  package mutating func busyText(at now: Moment) -> [UInt8] {
    ChatText(
      time: clock.next(at: now), name: name ?? "parley",
      text: "The line is busy, please call again later."
    ).compose()
  }

  package mutating func received(_ payload: [UInt8]) {
    guard let partner else { return }
    let size =
      ChatText.places(in: payload, payload.indices).map { max($0.name.count, $0.text.count) }
      ?? payload.count
    guard size <= Body.limit else {
      return show(
        .hint(
          "\(partner.place) said \(size) bytes at once; over \(Body.limit) are not shown."))
    }
    guard let text = ChatText.parse(payload) else {
      return show(.peer(.raw(payload, from: partner.place.description, isCut: false)))
    }
    let who = identify(text.name, partner)
    if text.isJoin { return show(.peer(.joined(who))) }
    if text.isLeave {
      self.partner?.hasLeft = true
      return show(.peer(.left(who)))
    }
    show(
      .peer(.said(who, time: text.time, text: Array(text.text.utf8), isOwn: false, isCut: false)))
  }

  /// A second name on one connection, or our own, is not taken for granted.
  private mutating func identify(_ name: String, _ partner: Partner) -> PeerName {
    let first = partner.name ?? name
    self.partner?.name = first
    let isDoubtful = name != first || name == self.name
    return PeerName(
      name, place: isDoubtful ? partner.place.description : nil, isMarked: isDoubtful)
  }

  /// The partner's connection has ended, and so many frames were not sent.
  package mutating func disconnected(_ ending: LinkEnding, unsent: Int) {
    guard let partner else { return }
    self.partner = nil
    let who =
      partner.name.map { PeerName($0) }
      ?? PeerName("somebody", place: partner.place.description)
    switch ending {
    case .left: break
    case .closed: if !partner.hasLeft { show(.peer(.left(who))) }
    case .tooSlow, .unfinished, .misbehaved, .failed:
      show(.peer(.gone(who, why: ending.description)))
    }
    if unsent > 0 {
      unsaidCount += unsent
      show(.hint(unsent == 1 ? "1 text was lost." : "\(unsent) texts were lost."))
    }
    guard phase != .leaving else { return end() }
    show(
      .remark(
        isListener ? "The next one may call." : "Nobody is connected any more; Ctrl-D leaves."))
  }

  /// Something that the driver has to tell, in words of our own.
  package mutating func remark(_ words: String) { show(.remark(words)) }
}
