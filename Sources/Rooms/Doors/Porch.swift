import Wire

/// Where a client stands until its first bytes have told which door it wants.
struct Porch: Sendable {
  /// How what a person sees begins.
  static let greeting = "\r\n* Welcome to Parley."
  static let greetingDelay = Duration.milliseconds(300)
  static let silenceLimit = Duration.seconds(600)
  static let prefaceLimit = Duration.seconds(5)

  let since: Instant
  private(set) var detector = DoorDetector()
  private(set) var wasGreeted = false
  private(set) var firstByte: Instant?
  private let greets: Bool
  private let givenNick: String?

  init(since: Instant, greets: Bool, givenNick: String?) {
    self.since = since
    self.greets = greets
    self.givenNick = givenNick
  }

  mutating func receive(_ byte: UInt8, at now: Instant) -> DoorDetector.Owner? {
    if firstByte == nil { firstByte = now }
    return detector.receive(byte)
  }

  func deadline(_ limits: DoorLimits) -> Instant {
    if let firstByte { return Porch.prefaceDeadline(since: firstByte, limits) }
    return since
      + (greets && !wasGreeted ? Porch.greetingDelay : limits.plainIdle ?? Porch.silenceLimit)
  }

  /// The first bytes are few, and no program takes long over them.
  static func prefaceDeadline(since start: Instant, _ limits: DoorLimits) -> Instant {
    limits.helloTimeout.map { start + min($0, Porch.prefaceLimit) } ?? .distantFuture
  }

  /// The deadline has come.
  mutating func expire(at now: Instant, into outbox: inout DoorOutbox) {
    if firstByte != nil { return outbox.close(.unfinished) }
    guard greets, !wasGreeted else { return outbox.close(.silent) }
    wasGreeted = true
    outbox.transmit { Porch.appendGreeting(of: givenNick, to: &$0) }
  }

  /// Appends what a person sees who connected and waits.
  ///
  /// It begins with a line end. Read as a u16 frame, that is a length (0D0A) of more than the rest:
  /// so a program that takes what one read gives for a frame shows the greeting and stays in step.
  static func appendGreeting(of nick: String?, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: Porch.greeting.utf8)
    if let nick { SafeText.append(" You are \(nick).", to: &bytes) }
    bytes.append(contentsOf: " Enter or your first line takes you in; /help shows more.\r\n".utf8)
  }
}
