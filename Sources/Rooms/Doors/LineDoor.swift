import Wire

/// The door for people at a terminal, and the same lines behind ten digits (`dec10`).
///
/// Lines end in LF or CR LF. What a line means is ``LineInput``'s to say.
struct LineDoor: Sendable {
  static let lineLimit = 4096
  /// A person may take time over a line; a program's frame comes in one go.
  private static let linePatience = Duration.seconds(600)

  let format: FrameFormat

  private var decoder: FrameDecoder
  private var telnet = TelnetFilter()
  private var isEntered: Bool
  /// Until when a client that only negotiates (PuTTY does, at once) is not yet greeted.
  private var greeting: Instant?
  private let silence: Instant
  private var unfinishedSince: Instant?

  init(
    _ format: FrameFormat, since: Instant, isEntered: Bool, wasGreeted: Bool,
    _ limits: DoorLimits
  ) {
    self.format = format
    self.isEntered = isEntered
    decoder = FrameDecoder(
      format, limit: format == .line ? min(LineDoor.lineLimit, limits.frame) : limits.frame)
    greeting = wasGreeted || format == .dec10 ? nil : since + Porch.greetingDelay
    silence = since + Porch.silenceLimit
  }

  var isInsideFrame: Bool { decoder.isInsideFrame }

  mutating func receive(
    _ bytes: Span<UInt8>, at now: Instant, into outbox: inout DoorOutbox
  ) {
    let wasInside = decoder.isInsideFrame
    var hasLine = false
    if format == .dec10 {
      hasLine = take(bytes, into: &outbox)
    } else {
      var index = 0
      while !outbox.isClosed, let step = telnet.next(in: bytes, from: &index) {
        switch step {
        case .text(let range):
          hasLine = take(bytes.extracting(range), into: &outbox) || hasLine
        case .byte(let byte):
          let bytes = [byte]
          hasLine = take(bytes.span, into: &outbox) || hasLine
        case .answer(let answer): outbox.transmit { $0.append(contentsOf: answer) }
        }
      }
    }
    if !decoder.isInsideFrame {
      unfinishedSince = nil
    } else if hasLine || !wasInside {
      unfinishedSince = now
    }
    if isEntered || decoder.isInsideFrame { greeting = nil }
  }

  func deadline(_ limits: DoorLimits) -> Instant {
    if let unfinishedSince {
      return format == .line
        ? unfinishedSince + LineDoor.linePatience
        : limits.frameDeadline(since: unfinishedSince, received: decoder.unfinishedCount)
    }
    return isEntered ? .distantFuture : greeting ?? silence
  }

  /// The deadline has come.
  mutating func expire(at now: Instant, into outbox: inout DoorOutbox) {
    guard unfinishedSince == nil else { return outbox.close(.unfinished) }
    guard greeting != nil else { return outbox.close(.silent) }
    greeting = nil
    outbox.transmit { Porch.appendGreeting(of: nil, to: &$0) }
  }

  // MARK: - Lines

  /// Does what the lines in these bytes say, and tells whether any was complete.
  private mutating func take(_ bytes: Span<UInt8>, into outbox: inout DoorOutbox) -> Bool {
    outbox.beginTexts()
    decoder.receive(bytes)
    var hasLine = false
    do {
      while !outbox.isClosed, let range = try decoder.next() {
        hasLine = true
        let line = decoder.buffer.withoutLineEnds(range)
        let isSaid =
          isEntered && LineInput.isText(decoder.buffer, line)
          && outbox.say(line, in: decoder.buffer)
        if !isSaid { obey(LineInput(decoder.buffer[line]), into: &outbox) }
      }
    } catch {
      if isEntered { say(["This is too much: \(error)."], into: &outbox) }
      outbox.close(for: error)
    }
    outbox.endTexts(in: decoder.buffer)
    decoder.shrink()
    return hasLine
  }

  private mutating func obey(_ input: LineInput, into outbox: inout DoorOutbox) {
    switch input {
    case .nothing: enter(into: &outbox)
    case .request(.nick(_, let nick, _)) where !isEntered: enter(nick: nick, into: &outbox)
    case .request(.join(_, let room)) where !isEntered: enter(room: room, into: &outbox)
    case .request(let request):
      enter(into: &outbox)
      outbox.request(request)
    case .help: say(LineInput.helpLines, into: &outbox)
    case .hint(let words): say([words], into: &outbox)
    case .quit(let words):
      if isEntered { outbox.request(.quit(words)) }
      say(["Goodbye."], into: &outbox)
      outbox.close(.quit)
    }
  }

  private mutating func enter(
    nick: String? = nil, room: String? = nil, into outbox: inout DoorOutbox
  ) {
    guard !isEntered else { return }
    isEntered = true
    outbox.request(.enter(nick: nick, room: room, resume: nil))
  }

  private func say(_ remarks: [String], into outbox: inout DoorOutbox) {
    outbox.transmit { bytes in
      for remark in remarks {
        LineEncoding.append(remark: Array(remark.utf8), as: format, into: &bytes)
      }
    }
  }
}

extension [UInt8] {
  /// `range` of these bytes less the line ends behind it: some text streams make CR CR LF of one.
  @inline(__always)
  func withoutLineEnds(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound,
      self[end - 1] == UInt8(ascii: "\r") || self[end - 1] == UInt8(ascii: "\n")
    {
      end -= 1
    }
    return range.lowerBound..<end
  }
}
