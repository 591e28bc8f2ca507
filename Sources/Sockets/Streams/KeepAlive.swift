/// When a silent TCP connection is probed, and when it is given up.
public struct KeepAlive: Hashable, Sendable {
  /// Silence before the first probe: whole seconds, rounded up, 1 to 32,767.
  public var idle: Duration

  /// Time between two probes: whole seconds, rounded up, 1 to 32,767.
  public var interval: Duration

  /// Probes without an answer after which the connection ends with `ETIMEDOUT`: 1 to 127.
  public var count: Int

  /// Makes the setting; without arguments a dead peer is noticed after about two minutes.
  public init(
    idle: Duration = .seconds(60), interval: Duration = .seconds(15), count: Int = 4
  ) {
    self.idle = idle
    self.interval = interval
    self.count = count
  }
}
