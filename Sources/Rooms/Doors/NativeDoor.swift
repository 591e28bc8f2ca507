import Wire

/// The door for clients that speak our own frames, in the plain pattern.
struct NativeDoor: Sendable {
  private var decoder: NativeDecoder
  private var isEntered = false
  private let since: Instant
  private var lastHeard: Instant
  private var wasPinged = false
  private var unfinishedSince: Instant?
  private var prefaceBytes = 0

  init(since: Instant, _ limits: DoorLimits) {
    decoder = NativeDecoder(pattern: .plain, awaitsPreface: true, limit: limits.frame)
    self.since = since
    lastHeard = since
  }

  var isInsideFrame: Bool { decoder.isInsideFrame }

  /// Has its silence begin now.
  mutating func hear(at now: Instant) {
    lastHeard = now
    wasPinged = false
  }

  mutating func receive(
    _ bytes: Span<UInt8>, at now: Instant, into outbox: inout DoorOutbox
  ) {
    hear(at: now)
    var isNew = !decoder.isInsideFrame
    prefaceBytes = min(NativePreface.length, prefaceBytes + bytes.count)
    outbox.beginTexts()
    decoder.receive(bytes)
    do {
      while !outbox.isClosed, let frame = try decoder.nextPlace() {
        isNew = true
        if isEntered, let say = NativeSay.places(in: decoder.buffer, frame) {
          outbox.say(Said(say.body, id: say.id, room: say.room, form: SayForm(say.form)))
        } else if let frame = try decoder.frame(in: frame) {
          take(frame, into: &outbox)
        }
      }
    } catch {
      refuse(error, into: &outbox)
    }
    outbox.endTexts(in: decoder.buffer)
    decoder.shrink()
    if !decoder.isInsideFrame {
      unfinishedSince = nil
    } else if isNew {
      unfinishedSince = now
    }
  }

  func deadline(_ limits: DoorLimits) -> Instant {
    min(frameDeadline(limits), patience(limits))
  }

  private func frameDeadline(_ limits: DoorLimits) -> Instant {
    unfinishedSince.map {
      limits.frameDeadline(since: $0, received: decoder.unfinishedCount)
    } ?? .distantFuture
  }

  private func patience(_ limits: DoorLimits) -> Instant {
    guard isEntered else {
      return prefaceBytes < NativePreface.length
        ? Porch.prefaceDeadline(since: since, limits)
        : limits.helloTimeout.map { since + $0 } ?? .distantFuture
    }
    return (wasPinged ? limits.idle : limits.askAfter).map { lastHeard + $0 } ?? .distantFuture
  }

  /// The deadline has come.
  mutating func expire(at now: Instant, _ limits: DoorLimits, into outbox: inout DoorOutbox) {
    guard isEntered, now < frameDeadline(limits) else { return outbox.close(.unfinished) }
    if wasPinged || limits.idle.map({ lastHeard + $0 <= now }) == true {
      let bye = NativeBye(
        reason: ByeReason.timedOut.rawValue, text: "You were silent for too long.")
      transmit(.bye(bye), into: &outbox)
      outbox.close(.timedOut)
    } else {
      wasPinged = true
      transmit(.ping, into: &outbox)
    }
  }

  // MARK: - Frames

  private mutating func take(_ frame: NativeFrame, into outbox: inout DoorOutbox) {
    guard isEntered else {
      switch frame {
      case .hello(let hello): return enter(hello, into: &outbox)
      case .bye: return outbox.close(.quit)
      default: return misbehave("the first frame is not a hello", into: &outbox)
      }
    }
    switch frame {
    case .say(let say):
      outbox.request(
        .say(
          id: say.id, room: say.room == 0 ? nil : say.room, form: say.form == .signed ? 1 : 0,
          action: say.form == .action, body: say.body))
    case .command(let id, let command): obey(command, id, into: &outbox)
    case .ping: transmit(.pong, into: &outbox)
    case .pong: break
    case .bye(let bye):
      outbox.request(.quit(bye.text.isEmpty ? nil : bye.text))
      outbox.close(.quit)
    case .hello: misbehave("a second hello", into: &outbox)
    case .welcome, .accepted, .refused, .event, .presence, .reply, .whisper, .history, .notice:
      misbehave("a frame that only servers send", into: &outbox)
    }
  }

  private mutating func enter(_ hello: NativeHello, into outbox: inout DoorOutbox) {
    guard hello.version > 0 else { return misbehave("version 0 in a hello", into: &outbox) }
    isEntered = true
    let resume = hello.resume.map {
      Resume(historyID: $0.historyID, lastNumber: $0.lastNumber, token: $0.token)
    }
    outbox.request(.enter(nick: some(hello.nick), room: some(hello.room), resume: resume))
  }

  private func obey(_ command: NativeCommand, _ id: UInt64, into outbox: inout DoorOutbox) {
    switch command {
    case .nick(let nick): outbox.request(.nick(id: id, nick, nearest: false))
    case .join(let room): outbox.request(.join(id: id, room))
    case .leave(let room): outbox.request(.leave(id: id, some(room)))
    case .who(let room): outbox.request(.who(id: id, some(room)))
    case .rooms: outbox.request(.rooms(id: id))
    case .whisper(let nick, let body): outbox.request(.whisper(id: id, to: nick, body))
    case .history(let room, let last):
      outbox.request(
        .history(id: id, room: some(room), last: min(Int(last), Journal.answerEvents)))
    case .unknown:
      let text = "There is no such command here."
      transmit(
        .refused(id: id, code: RefusalCode.unknownCommand.rawValue, text: text), into: &outbox)
    }
  }

  /// On the wire an empty name is none.
  private func some(_ name: String) -> String? { name.isEmpty ? nil : name }

  // MARK: - Endings

  private func refuse(_ error: WireError, into outbox: inout DoorOutbox) {
    switch error {
    // Whoever wants another pattern must not read frames of this one; strangers learn nothing.
    case .notNative, .unsupported: outbox.close(for: error)
    default:
      transmit(
        .bye(NativeBye(reason: ByeReason.misbehaved.rawValue, text: error.description)),
        into: &outbox)
      outbox.close(for: error)
    }
  }

  private func misbehave(_ what: String, into outbox: inout DoorOutbox) {
    transmit(.bye(NativeBye(reason: ByeReason.misbehaved.rawValue, text: what)), into: &outbox)
    outbox.close(.misbehaved(what))
  }

  private func transmit(_ frame: NativeFrame, into outbox: inout DoorOutbox) {
    outbox.transmit { NativeEncoding.append(frame, into: &$0) }
  }
}
