internal import Messaging
internal import Rooms
package import Sockets
package import Wire

/// A person's side of a group chat by datagrams, without a server, and without a socket or a clock.
///
/// Everybody says each text to everybody that they know, one chat text in a datagram. What arrives may be
/// lost, doubled, late, cut or forged; who is sent to is decided by ``DatagramPeers``. See docs/wire.md.
///
/// Call an input, then drain ``next()``; ``Action/ended`` is the last action.
package struct DatagramChat: Sendable {
  package enum Action: Sendable, Equatable {
    /// One datagram to each of them, from the socket that receives.
    case send([UInt8], to: [SocketAddress])
    /// Find out which address is meant; ``add(_:at:)`` or nothing follows.
    case find(String)
    case show(MemberEvent)
    case ended
  }

  /// What comes of an address to be spoken to.
  package enum Adding: Sendable, Equatable {
    case added, already
    /// We are there ourselves.
    case ourselves
    case full
    /// Nobody can be at this address.
    case impossible
  }

  private enum Phase {
    /// Our name is not known yet.
    case asking
    case chatting, ended
  }

  /// The most bytes of a datagram: the lessons' programs read no more.
  package static let datagramLimit = 1_024
  /// Of so many that left it is remembered that their farewell was shown.
  private static let departedLimit = 32
  /// Of so many it is remembered that we complained of them, or that nobody was there.
  private static let complaintLimit = 256

  private var phase = Phase.asking
  private(set) var name: String?
  private let own: [SocketAddress]
  private let filter: AddressFilter
  private(set) var peers = DatagramPeers()
  private(set) var names = DatagramNames()
  private(set) var counts = DatagramCounts()
  private(set) var tallies = SenderTallies()
  private var recent = RecentDatagrams()
  private var clock = TextClock()
  /// Named before we had a name to join with.
  private var unjoined: [SocketAddress] = []
  private var departed: [SocketAddress] = []
  private var complaints: Set<SocketAddress> = []
  /// Where nobody was the last time.
  private var deserted: Set<SocketAddress> = []
  /// The datagram that is being read, in memory that is used again.
  private var datagram: [UInt8] = []
  private var actions: [Action] = []
  private var taken = 0

  /// - Parameters:
  ///   - name: What we are called; nil to ask for it.
  ///   - own: Where we are reached ourselves, each address with its port.
  ///   - filter: Whom we listen to.
  package init(
    name: String?, own: [SocketAddress], filter: AddressFilter = AddressFilter()
  ) {
    self.name = name
    self.own = own.map(\.unmapped)
    self.filter = filter
  }

  package mutating func start(at now: Moment) {
    if let name { begin(as: name, at: now) } else { ask() }
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

  mutating func show(_ event: MemberEvent) { actions.append(.show(event)) }

  private mutating func ask() { show(.question("Enter your username to start the chat:")) }

  private mutating func begin(as name: String, at now: Moment) {
    phase = .chatting
    self.name = name
    names.reserve(name)
    show(.named(name))
    join(unjoined, at: now)
    unjoined = []
  }

  /// Says that we are here, to whom somebody here named, and never as an answer.
  private mutating func join(_ endpoints: [SocketAddress], at now: Moment) {
    guard let name, !endpoints.isEmpty else { return }
    let text = ChatText(time: time(at: now), name: name, text: ChatText.join).compose()
    actions.append(.send(text, to: endpoints))
  }

  /// Never a whole second, which would be written without a fraction: who gets a text twice can tell by it.
  private mutating func time(at now: Moment) -> Timestamp {
    let time = clock.next(at: now)
    return time.microsecond == 0 ? clock.next(at: now) : time
  }

  // MARK: - What the user wants

  /// Takes somebody that was asked for, or found, as a peer.
  package mutating func add(
    _ address: SocketAddress, isFound: Bool = false, at now: Moment
  ) -> Adding {
    let endpoint = address.unmapped
    guard !own.contains(endpoint) else { return .ourselves }
    switch peers.name(endpoint, isFound: isFound, at: now.instant) {
    case .already: return .already
    case .full: return .full
    case .impossible: return .impossible
    case .added:
      departed.removeAll { $0 == endpoint }
      if phase == .chatting { join([endpoint], at: now) } else { unjoined.append(endpoint) }
      return .added
    }
  }

  package mutating func type(_ line: [UInt8], at now: Moment) {
    switch phase {
    case .asking:
      do throws(NameRefusal) {
        begin(as: try PeerName.check(line), at: now)
      } catch {
        show(.hint(error.description))
        ask()
      }
    case .chatting: obey(PeerLine(line), at: now)
    case .ended: break
    }
  }

  private mutating func obey(_ line: PeerLine, at now: Moment) {
    switch line {
    case .say(let text): say(text, at: now)
    case .nothing: break
    case .who: showWho()
    case .stats: showCounts()
    case .add(let text): actions.append(.find(text))
    case .quit: leave(at: now)
    case .help:
      for line in PeerLine.helpLines { show(.words(line)) }
      show(.keys)
    case .unknown(let words): show(.hint(words))
    }
  }

  private mutating func say(_ text: [UInt8], at now: Moment) {
    guard let name else { return }
    let first = time(at: now)
    var isHeard = false
    for (index, piece) in ChatText.pieces(
      time: first, name: name, text: text, limit: DatagramChat.datagramLimit
    ).enumerated() {
      // Two equal pieces with the same time would be taken for one that came twice.
      let piece = index == 0 ? piece : restamped(piece, from: first, at: now)
      let recipients = peers.recipients(ofBytes: piece.count)
      guard !recipients.isEmpty else { continue }
      actions.append(.send(piece, to: recipients))
      isHeard = true
    }
    guard isHeard else {
      return show(
        .unsaid(String(decoding: text, as: UTF8.self), why: "nobody else is here so far"))
    }
    counts.said += 1
    show(.peer(.said(PeerName(name), time: first, text: text, isOwn: true, isCut: false)))
  }

  private mutating func restamped(
    _ piece: [UInt8], from first: Timestamp, at now: Moment
  ) -> [UInt8] {
    var bytes = [UInt8(ascii: "[")]
    time(at: now).append(to: &bytes)
    // Both have a fraction, and so the same length.
    return bytes + piece.dropFirst(bytes.count)
  }

  /// Says goodbye, once, and ends.
  package mutating func leave(at now: Moment) {
    guard phase != .ended else { return }
    if phase == .chatting, let name {
      let text = ChatText(time: time(at: now), name: name, text: ChatText.leave).compose()
      let recipients = peers.recipients(ofBytes: text.count)
      if !recipients.isEmpty { actions.append(.send(text, to: recipients)) }
    }
    phase = .ended
    actions.append(.ended)
  }

  // MARK: - What happens

  /// Takes a datagram.
  ///
  /// - Parameters:
  ///   - bytes: What arrived of it.
  ///   - source: Where it says that it comes from.
  ///   - isCut: Whether it was longer.
  ///   - now: When.
  package mutating func receive(
    _ bytes: Span<UInt8>, from source: SocketAddress, isCut: Bool, at now: Moment
  ) {
    guard phase != .ended else { return }
    counts.received += 1
    if isCut { counts.truncated += 1 }
    guard !bytes.isEmpty, !own.contains(source), filter.allows(source) else {
      // Nothing to show, or forged in our own name, or not wanted.
      counts.refused += 1
      return
    }
    datagram.removeAll(keepingCapacity: true)
    bytes.withUnsafeBufferPointer { datagram.append(contentsOf: $0) }
    if (try? UTF8Span(validating: bytes)) == nil { counts.invalid += 1 }
    guard let parts = ChatText.places(in: datagram, datagram.indices) else {
      counts.shapeless += 1
      hear(source, at: now)
      return show(.peer(.raw(datagram, from: source.description, isCut: isCut)))
    }
    if let number = StreamTally.number(of: datagram.span.extracting(parts.text)),
      SenderTallies.isStreamer(datagram[parts.name])
    {
      tallies.note(number, from: source)
    }
    // Only with a fraction of a second is it sure that nobody said the same words twice.
    let hasFraction = parts.time.count > 19 && datagram[parts.time.lowerBound + 19] == 0x2E
    if hasFraction, recent.hasHad(datagram, from: source, at: now.instant) {
      counts.duplicated += 1
      return
    }
    let isPresence = !isCut && ChatText.isPresence(datagram.span.extracting(parts.text))
    if isPresence, parts.text.count == ChatText.leave.utf8.count {
      return takeLeave(of: source, name: parts.name, at: now)
    }
    let isBack = hear(source, at: now)
    let who = names.note(datagram[parts.name], at: source)
    if names.isCrowded { forgetStrangers() }
    guard !isPresence else { return show(.peer(.joined(who))) }
    if isBack { show(.peer(.back(who))) }
    let time = Timestamp(parsing: datagram[parts.time]) ?? .unknown
    show(
      .peer(.said(who, time: time, text: Array(datagram[parts.text]), isOwn: false, isCut: isCut)))
  }

  /// Notes that somebody is there.
  ///
  /// - Returns: Whether they had been away.
  @discardableResult
  private mutating func hear(_ source: SocketAddress, at now: Moment) -> Bool {
    var hadLeft = false
    if !departed.isEmpty, let index = departed.firstIndex(of: source) {
      departed.remove(at: index)
      hadLeft = true
    }
    if !complaints.isEmpty { complaints.remove(source) }
    let wasDeserted = !deserted.isEmpty && deserted.remove(source) != nil
    let hearing = peers.hear(source, at: now.instant)
    return hearing == .back || hadLeft || (wasDeserted && hearing != .known)
  }

  /// Whatever it is worth: a datagram in another's name takes only that source away, until it is heard.
  private mutating func takeLeave(
    of source: SocketAddress, name: Range<Int>, at now: Moment
  ) {
    guard !departed.contains(source) else {
      // Some programs say it again and again.
      counts.duplicated += 1
      return
    }
    show(.peer(.left(names.note(datagram[name], at: source))))
    names.forget(source)
    _ = peers.leave(source, at: now.instant)
    if departed.count == DatagramChat.departedLimit { departed.removeFirst() }
    departed.append(source)
  }

  private mutating func forgetStrangers() { names.keep { peers[$0] != nil } }

  /// Takes note that a datagram could not be sent to somebody; the others got theirs.
  package mutating func failed(to endpoint: SocketAddress, why: String) {
    counts.unsent += 1
    guard complaints.count < DatagramChat.complaintLimit, complaints.insert(endpoint).inserted
    else { return }
    show(.remark(why))
  }

  /// Takes note that a datagram came back from somebody: nobody was there.
  ///
  /// It is shown and changes nothing else, because it is as easily forged as anything.
  package mutating func returned(from endpoint: SocketAddress) {
    guard phase != .ended, let peer = peers[endpoint], peer.presence != .left,
      deserted.count < DatagramChat.complaintLimit, deserted.insert(endpoint).inserted
    else { return }
    if peer.presence == .expected {
      show(.remark("nobody is at \(endpoint) so far"))
    } else if let who = names.rest(endpoint) {
      show(.peer(.gone(who, why: "nobody is there any more")))
    }
  }

  /// Takes note that so many messages could not be shown, because they came faster than anybody reads.
  package mutating func unshown(_ count: Int) {
    counts.unshown += count
    show(.remark("\(count) messages came too fast to be shown"))
  }

  // MARK: - Time

  package var deadline: Instant? { phase == .ended ? nil : peers.deadline }

  package mutating func expire(at now: Moment) {
    guard phase != .ended else { return }
    for endpoint in peers.expire(at: now.instant) {
      let who = names.rest(endpoint) ?? PeerName(endpoint.description)
      show(.peer(.gone(who, why: "silent for ten minutes")))
    }
  }
}

extension DatagramChat.Adding {
  /// What to say about it to whoever asked for it, behind the address; nil when all is well.
  package var objection: String? {
    switch self {
    case .added: nil
    case .already: "is known already"
    case .ourselves: "is where we are ourselves"
    case .full: "is one too many: \(DatagramPeers.namedLimit) are named already"
    case .impossible: "is nowhere that anybody can be"
    }
  }
}
