internal import Rooms
package import Sockets
package import Wire

/// A person at a server that only passes frames on, such as one of the lessons' own.
///
/// There is no protocol beyond the frames: lines go out, and what comes is shown. The end of the input
/// ends the writing side, and the session goes on until the server has ended too or falls silent.
package struct FrameSession: MemberSession {
  private enum State {
    case open
    /// The input has ended, but not all is written.
    case ending
    case listening(until: Instant)
    case ended
  }

  /// The longest frame that is accepted.
  package static let frameLimit = 16 << 20
  /// What others that read a frame in one go can take, with its header.
  private static let chatFrameLimit = 1400
  /// How long a server may be silent after the end of our input.
  package static let lastSilence = Duration.seconds(1)

  package private(set) var unsaidCount = 0
  private let format: FrameFormat
  private let name: String?
  private var decoder: FrameDecoder
  private var state = State.open
  private var actions = ActionQueue()

  /// - Parameters:
  ///   - format: How messages are cut.
  ///   - name: Who we are. Chat texts (`u16`, `u32`) need it; a `dec10` line begins with it if it is given.
  package init(_ format: FrameFormat, name: String?) {
    self.format = format
    self.name = name.map { SafeText.safe($0) }
    decoder = FrameDecoder(format, limit: FrameSession.frameLimit)
  }

  /// The lessons' programs take one read for a frame of these.
  package var paced: FrameFormat? { format == .u16 || format == .u32 ? format : nil }
  package var isReady: Bool { if case .open = state { true } else { false } }
  package mutating func next() -> MemberAction? { actions.next() }

  // MARK: - What the user wants

  package mutating func type(_ line: [UInt8], at now: Moment) {
    guard isReady else { return }
    switch format {
    case .line: transmit(line)
    case .dec10:
      guard !line.isEmpty else { return }
      transmit(name.map { Array("\($0): ".utf8) + line } ?? line)
    case .u16, .u32:
      // Nothing but blanks is nothing.
      guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else {
        return
      }
      say(SafeText.repaired(line), at: now)
    }
    actions.append(
      .show(.message(MemberMessage(wall: now.wall, nick: name ?? "", body: line, isOwn: true))))
  }

  package mutating func endInput(at now: Moment) {
    guard isReady else { return }
    state = .ending
    actions.append(.endWriting)
  }

  package mutating func leave(at now: Moment) { endInput(at: now) }

  private mutating func say(_ text: [UInt8], at now: Moment) {
    let time = Timestamp(wallMilliseconds: now.wall, offsetSeconds: now.offset).wholeSecond
    // The header of the frame counts too.
    let limit = FrameSession.chatFrameLimit - 4
    for piece in ChatText.pieces(time: time, name: name ?? "", text: text, limit: limit) {
      transmit(piece)
    }
  }

  private mutating func transmit(_ payload: [UInt8]) {
    var bytes: [UInt8] = []
    do throws(WireError) {
      try format.encode(payload, into: &bytes)
      actions.append(.transmit(bytes))
    } catch {
      unsaidCount += 1
      actions.append(
        .show(.unsaid(String(decoding: payload, as: UTF8.self), why: error.description)))
    }
  }

  // MARK: - What happens

  package mutating func receive(_ bytes: Span<UInt8>, at now: Moment) {
    if case .ended = state { return }
    if case .listening = state { state = .listening(until: now.instant + FrameSession.lastSilence) }
    decoder.receive(bytes)
    do throws(WireError) {
      while let frame = try decoder.nextFrame() {
        guard !frame.isEmpty || format != .u16 else { return end(.closed) }
        show(frame)
      }
    } catch {
      end(.misbehaved(error.description))
    }
  }

  private mutating func show(_ frame: [UInt8]) {
    if format == .u16 || format == .u32, let text = ChatText.parse(frame) {
      actions.append(.show(.chatText(text)))
    } else if !frame.isEmpty || format == .line {
      actions.append(.show(.frame(frame)))
    }
  }

  package mutating func finish(_ failure: SocketError?, at now: Moment) {
    if let failure { return end(.failed(failure)) }
    guard decoder.isInsideFrame else { return end(isReady ? .closed : .left) }
    guard format == .line else { return end(.misbehaved("the stream ended inside a frame")) }
    // A last line without its end is a line to everybody but the strictest.
    receive([UInt8(ascii: "\n")].span, at: now)
    end(isReady ? .closed : .left)
  }

  /// Never asked for: without numbers nobody could know what was missed.
  package mutating func connected(at now: Moment) {}

  package mutating func writingEnded(at now: Moment) {
    if case .ending = state { state = .listening(until: now.instant + FrameSession.lastSilence) }
  }

  package var deadline: Instant? {
    if case .listening(let until) = state { until } else { nil }
  }

  package mutating func expire(at now: Moment) {
    if let deadline, deadline <= now.instant { end(.left) }
  }

  private mutating func end(_ ending: MemberEnding) {
    if case .ended = state { return }
    state = .ended
    actions.append(.ended(ending))
  }
}

extension Timestamp {
  /// People's clocks show no fractions, and the lessons' programs print what they get.
  fileprivate var wholeSecond: Timestamp {
    Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
  }
}
