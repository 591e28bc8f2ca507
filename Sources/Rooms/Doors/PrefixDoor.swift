import Wire

/// The door of the lessons' own programs: chat texts behind a length of two or four bytes.
///
/// The first chat text's NAME is the wish for a nick; later ones are ignored, because others see the
/// server's name and time.
struct PrefixDoor: Sendable {
  let format: FrameFormat

  private var decoder: FrameDecoder
  private var isEntered: Bool
  private var isNamed = false
  private var unfinishedSince: Instant?

  init(_ format: FrameFormat, isEntered: Bool, _ limits: DoorLimits) {
    self.format = format
    self.isEntered = isEntered
    decoder = FrameDecoder(format, limit: limits.frame)
  }

  var isInsideFrame: Bool { decoder.isInsideFrame }

  func deadline(_ limits: DoorLimits) -> Instant {
    unfinishedSince.map {
      limits.frameDeadline(since: $0, received: decoder.unfinishedCount)
    } ?? .distantFuture
  }

  mutating func receive(
    _ bytes: Span<UInt8>, at now: Instant, into outbox: inout DoorOutbox
  ) {
    var isNew = !decoder.isInsideFrame
    outbox.beginTexts()
    decoder.receive(bytes)
    do {
      while !outbox.isClosed, let range = try decoder.next() {
        isNew = true
        if let text = text(in: range), outbox.say(text, in: decoder.buffer) {
          continue
        } else {
          take(decoder.buffer[range], into: &outbox)
        }
      }
    } catch {
      outbox.close(for: error)
    }
    outbox.endTexts(in: decoder.buffer)
    decoder.shrink()
    if !decoder.isInsideFrame {
      unfinishedSince = nil
    } else if isNew {
      unfinishedSince = now
    }
  }

  /// The place of what a frame says, when that is all it does.
  private func text(in frame: Range<Int>) -> Range<Int>? {
    guard isEntered, !frame.isEmpty else { return nil }
    var place = frame
    if decoder.buffer[frame.lowerBound] == UInt8(ascii: "[") {
      guard isNamed, let parts = ChatText.places(in: decoder.buffer, frame),
        !ChatText.isPresence(decoder.buffer.span.extracting(parts.text))
      else { return nil }
      place = parts.text
    }
    let text = decoder.buffer.withoutLineEnds(place)
    // What begins with a blank may be nothing but blanks.
    guard !text.isEmpty, decoder.buffer[text.lowerBound] > UInt8(ascii: " ") else { return nil }
    return text
  }

  private mutating func take(_ payload: ArraySlice<UInt8>, into outbox: inout DoorOutbox) {
    guard !payload.isEmpty else {
      // To the lessons' programs a length of 0 in two bytes is the end; in four it is nothing.
      if format == .u16 { outbox.close(.ended) }
      return
    }
    guard let text = ChatText.parse(payload) else {
      enter(nil, into: &outbox)
      return say(SafeText.repaired(payload), into: &outbox)
    }
    enter(text.name, into: &outbox)
    if text.isLeave {
      outbox.request(.quit(nil))
      outbox.close(.quit)
    } else if !text.isJoin {
      say(Array(text.text.utf8), into: &outbox)
    }
  }

  private mutating func enter(_ name: String?, into outbox: inout DoorOutbox) {
    let wish = isNamed || name?.isEmpty ?? true ? nil : name
    if wish != nil { isNamed = true }
    if !isEntered {
      isEntered = true
      outbox.request(.enter(nick: wish, room: nil, resume: nil))
    } else if let wish {
      outbox.request(.nick(id: 0, wish, nearest: true))
    }
  }

  /// A text of nothing but blanks and line ends is not said, and line ends behind a text are cut.
  private func say(_ text: [UInt8], into outbox: inout DoorOutbox) {
    let isBlank = { (byte: UInt8) in
      byte == UInt8(ascii: " ") || UInt8(ascii: "\t")...UInt8(ascii: "\r") ~= byte
    }
    let isEnd = { (byte: UInt8) in byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") }
    guard let last = text.lastIndex(where: { !isEnd($0) }), !text.allSatisfy(isBlank) else {
      return
    }
    outbox.request(
      .say(id: 0, room: nil, form: 0, action: false, body: Array(text[...last])))
  }
}
