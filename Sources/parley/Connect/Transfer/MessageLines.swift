import Wire

/// Messages as lines: each line that is typed becomes a message, and each message that comes a line.
///
/// Pure. What is right before something that is wrong is passed on first; then comes the error, for ever.
struct MessageLines: Sendable {
  /// What a line is to a message.
  enum Text: Equatable, Sendable { case plain, hex }

  private let format: FrameFormat
  private let text: Text
  private var lines: FrameDecoder
  private var frames: FrameDecoder
  private var inputFailure: Complaint?
  private var peerFailure: Complaint?

  /// The most bytes of a message.
  static let limit = 16 << 20

  init(_ format: FrameFormat, _ text: Text) {
    self.format = format
    self.text = text
    // In hexadecimal a byte may be written with a blank behind it.
    lines = FrameDecoder(.line, limit: Self.limit * 3)
    frames = FrameDecoder(format, limit: min(Self.limit, format.maximum))
  }

  /// The frames for the lines that a piece of the input completes.
  mutating func send(_ bytes: [UInt8]) throws(Complaint) -> [UInt8] {
    if let inputFailure { throw inputFailure }
    var output: [UInt8] = []
    do throws(Complaint) {
      lines.receive(bytes.span)
      while let line = try nextLine() { try encode(line, into: &output) }
    } catch {
      inputFailure = error
      if output.isEmpty { throw error }
    }
    return output
  }

  /// The frame for a last line without an end, if there is one.
  mutating func sendEnd() throws(Complaint) -> [UInt8] {
    guard inputFailure == nil, lines.isInsideFrame else { return try send([]) }
    return try send([0x0a])
  }

  /// The lines for the messages that a piece of what the peer sent completes.
  mutating func receive(_ bytes: [UInt8]) throws(Complaint) -> [UInt8] {
    if let peerFailure { throw peerFailure }
    var output: [UInt8] = []
    frames.receive(bytes.span)
    do throws(WireError) {
      while let message = try frames.nextFrame() {
        output += text == .hex ? HexText.encode(message) : message
        output.append(0x0a)
      }
    } catch {
      let complaint = Complaint("the peer: \(error)")
      peerFailure = complaint
      if output.isEmpty { throw complaint }
    }
    return output
  }

  /// Says that the peer has ended; an error inside a message.
  mutating func receiveEnd() throws(Complaint) {
    if let peerFailure { throw peerFailure }
    do throws(WireError) {
      try frames.finish()
    } catch {
      throw Complaint("the peer: \(error)")
    }
  }

  /// Whether the peer has sent something wrong, so that nothing more need be read.
  var isSpoilt: Bool { peerFailure != nil }

  private mutating func nextLine() throws(Complaint) -> [UInt8]? {
    do throws(WireError) {
      return try lines.nextFrame()
    } catch {
      throw Complaint("the input: \(error)")
    }
  }

  private func encode(_ line: [UInt8], into output: inout [UInt8]) throws(Complaint) {
    let message = text == .hex ? try HexText.decode(line) : line
    do throws(WireError) {
      try format.encode(message, limit: Self.limit, into: &output)
    } catch {
      throw Complaint("the input: \(error)")
    }
  }
}
