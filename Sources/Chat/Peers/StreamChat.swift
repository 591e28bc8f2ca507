internal import Rooms
package import Sockets
package import Wire

/// A person's side of a TCP group chat without a server, and without a socket, a clock or chance.
///
/// It says who is dialled when, over which links is sent, and what is shown.
/// Everybody listens and dials, and says each text to all that are linked with it; nobody passes on what
/// others say. There should be one link with each peer. Dialling from the port that we listen on lets
/// the system see to that; where it cannot, two links of one peer are told by the text that it joins
/// with, or by equal texts over both, and we send over the older one only. See docs/wire.md.
///
/// Call an input, then drain ``next()``; ``Action/ended`` is the last action.
package struct StreamChat: Sendable {
  package enum Action: Sendable, Equatable {
    /// Connect; ``dialled(_:link:at:)`` or ``dialFailed(_:_:why:at:)`` follows.
    case dial(SocketAddress, fromOwnPort: Bool)
    case send([UInt8], link: Int)
    /// End a link in order, after what was sent; ``ended(_:link:at:)`` follows.
    case finish(link: Int)
    /// Find out which address is meant; ``add(_:isNamed:at:)`` or nothing follows.
    case find(String)
    case show(MemberEvent)
    case ended
  }

  /// What a failed attempt to dial says.
  package enum DialFailure: Sendable, Equatable {
    /// The system does not let us dial from our own port: there is such a link, or was a moment ago.
    case portTaken
    case other
  }

  /// What comes of an address to be dialled.
  package enum Adding: Sendable, Equatable {
    case added, already
    /// We are there ourselves.
    case ourselves
    /// There are ``placeLimit`` already.
    case full
    /// Nobody can be at this address.
    case impossible
  }

  enum Phase: Equatable {
    /// Our name is not known yet.
    case asking
    case chatting, ending, ended
  }

  /// The most places to be dialled.
  package static let placeLimit = 256
  /// The most addresses that are remembered as our own.
  static let ownLimit = 1024
  /// The most links; one more is told so and ended.
  package static let linkLimit = 256
  /// The most bytes of a frame's payload: with its header, what one segment of a network takes.
  static let textLimit = 1398
  /// How long a peer may be silent before it is shown as somebody without a name.
  static let introduction = Duration.seconds(1)
  /// How long nothing is said over a link of which it is not clear whether it is a second one.
  static let longestDoubt = Duration.seconds(10)
  /// How long after a text the same one may come over a second link.
  static let echoDelay = Duration.milliseconds(500)
  /// The most texts that are kept for a link until that is clear.
  static let unsaidLimit = 64
  /// How long a first line waits for those who are being dialled.
  static let gathering = Duration.seconds(2)

  var phase = Phase.asking
  var name: String?
  /// Where we are reached ourselves.
  var own: [SocketAddress]
  let seed: UInt64
  var places: [PeerPlace] = []
  var links: [PeerLink] = []
  var seen = SeenTexts()
  var counts = PeerCounts()
  var clock: TextClock
  /// What we join with, on each link the same: it tells two links of one peer.
  var joinText: [UInt8] = []
  /// Until when lines wait for the first attempts.
  var gathersUntil: Instant?
  private var actions: [Action] = []
  private var taken = 0

  /// - Parameters:
  ///   - name: What we are called; nil to ask for it.
  ///   - own: Where we are reached ourselves, each address with its port.
  ///   - seed: Decides the delays between attempts to dial.
  package init(name: String?, own: [SocketAddress], seed: UInt64) {
    self.name = name
    self.own = own.map(\.unmapped)
    self.seed = seed
    clock = TextClock(microsecond: Int(seed % 1000))
  }

  package mutating func start(at now: Moment) {
    if name == nil {
      show(.question("Enter your username to start the chat:"))
    } else {
      begin(at: now)
    }
  }

  private mutating func begin(at now: Moment) {
    guard phase == .asking, let name else { return }
    phase = .chatting
    show(.named(name))
    // Others of the same name may begin at the same time, so it is up to a second ago, by chance.
    var moment = now
    moment.wall -= min(max(moment.wall, 0), Int64(seed / 1000 % 1000))
    joinText = ChatText(time: clock.next(at: moment), name: name, text: ChatText.join).compose()
    gathersUntil = now.instant + StreamChat.gathering
    for index in links.indices { greet(index) }
    expire(at: now)
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

  mutating func append(_ action: Action) { actions.append(action) }
  mutating func show(_ event: MemberEvent) { actions.append(.show(event)) }

  // MARK: - What the user wants

  /// Whether the next line may be typed now.
  package var isReady: Bool {
    guard phase == .chatting, gathersUntil != nil else { return phase != .ended }
    return !places.contains { $0.isNamed && $0.isNew }
  }

  package mutating func type(_ line: [UInt8], at now: Moment) {
    switch phase {
    case .asking: answer(line, at: now)
    case .chatting: obey(PeerLine(line), at: now)
    case .ending, .ended: break
    }
  }

  private mutating func answer(_ line: [UInt8], at now: Moment) {
    do throws(NameRefusal) {
      name = try PeerName.check(line)
      begin(at: now)
    } catch {
      show(.hint(error.description))
      show(.question("Enter your username to start the chat:"))
    }
  }

  private mutating func obey(_ line: PeerLine, at now: Moment) {
    switch line {
    case .say(let text): say(text, at: now)
    case .nothing: break
    case .who: showWho()
    case .stats: showCounts()
    case .add(let text): append(.find(text))
    case .quit: leave(at: now)
    case .help:
      for line in PeerLine.helpLines { show(.words(line)) }
      show(.keys)
    case .unknown(let words): show(.hint(words))
    }
  }

  private mutating func say(_ text: [UInt8], at now: Moment) {
    let recipients = self.recipients
    guard !recipients.isEmpty, let name else {
      return show(.unsaid(String(decoding: text, as: UTF8.self), why: "nobody else is here"))
    }
    let time = clock.next(at: now)
    for piece in ChatText.pieces(
      time: time, name: name, text: text, limit: StreamChat.textLimit)
    {
      for link in recipients { append(.send(piece, link: link)) }
      for index in links.indices where links[index].doubt != nil { keep(piece, index) }
    }
    counts.said += 1
    show(.peer(.said(PeerName(name), time: time, text: text, isOwn: true, isCut: false)))
  }

  /// The one link over which each peer is sent to.
  var recipients: [Int] {
    var parties: Set<Int> = []
    return links.filter {
      !$0.isEnding && !$0.hasLeft && $0.doubt == nil && parties.insert($0.party).inserted
    }.map(\.number)
  }

  /// Says goodbye to everybody at the same time, and ends when all links have.
  package mutating func leave(at now: Moment) {
    guard phase == .asking || phase == .chatting else { return }
    if phase == .chatting, let name {
      // Twice is better than never for what was said last.
      for index in links.indices where !links[index].unsaid.isEmpty { trust(index) }
      let text = ChatText(time: clock.next(at: now), name: name, text: ChatText.leave).compose()
      for link in recipients { append(.send(text, link: link)) }
    }
    phase = .ending
    for index in links.indices { finish(index) }
    endIfAlone()
  }

  mutating func finish(_ index: Int) {
    guard !links[index].isEnding else { return }
    links[index].isEnding = true
    append(.finish(link: links[index].number))
  }

  mutating func endIfAlone() {
    guard phase == .ending, links.isEmpty else { return }
    phase = .ended
    append(.ended)
  }

  // MARK: - Time

  package var deadline: Instant? {
    guard phase == .chatting else { return nil }
    var earliest = gathersUntil ?? .distantFuture
    for place in places {
      if case .waiting(let until) = place.state { earliest = min(earliest, until) }
    }
    for link in links where !link.isEnding {
      if let doubt = link.doubt {
        earliest = min(earliest, doubt.until)
      } else if !link.isAnnounced {
        earliest = min(earliest, link.openedAt + StreamChat.introduction)
      }
    }
    return earliest == .distantFuture ? nil : earliest
  }

  package mutating func expire(at now: Moment) {
    guard phase == .chatting else { return }
    if let until = gathersUntil, until <= now.instant { gathersUntil = nil }
    for index in links.indices where !links[index].isEnding {
      if let doubt = links[index].doubt, doubt.until <= now.instant { trust(index) }
      guard !links[index].isAnnounced, links[index].doubt == nil else { continue }
      if links[index].openedAt + StreamChat.introduction <= now.instant { announce(index) }
    }
    dialWhoIsDue(at: now.instant)
  }
}
