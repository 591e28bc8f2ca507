import Rooms

/// Everything that a server bounds.
///
/// A count without a limit is `Int.max`, a time without one nil, a rate without one ``Rate/unlimited``.
/// ``LimitTable`` says how people read and write each of them.
package struct Limits: Sendable, Equatable {
  package var maximumClients = 10_000
  /// Connections of one IPv4 address or one IPv6 /64 network.
  package var maximumPerAddress = 16
  /// Clients that have not said who they are.
  package var maximumWaiting = 256
  package var maximumWaitingPerAddress = 4
  /// New connections of one address.
  package var connectRate = Rate(32, perSeconds: 600, burst: 8)
  package var maximumRooms = 1000
  package var maximumRoomsPerClient = 64
  package var maximumMembers = Room.memberLimit
  /// Bytes that may wait for one client; a quarter of it may do so for ``slowPatience`` only.
  package var maximumQueue = 1 << 20
  /// Bytes that may wait for all clients together.
  package var maximumQueueTotal = MachineMemory.bytes / 4
  /// Bytes that the kernel keeps for one client; `Int.max` leaves that to the kernel.
  package var sendBuffer = 65_536
  package var maximumFrame = 65_536
  package var maximumText = Body.limit
  package var maximumNick = Nick.byteLimit
  package var maximumRoomName = RoomName.byteLimit
  /// From the first byte of a frame to its last.
  package var frameTimeout: Duration? = .seconds(10)
  /// From the first byte of a native client to its hello.
  package var helloTimeout: Duration? = .seconds(10)
  package var idle: Duration? = .seconds(90)
  /// How long a client may leave unacknowledged what it was sent, or not answer the kernel's probes.
  package var unacknowledged: Duration? = .seconds(60)
  /// Messages and commands of one client.
  package var flood = Rate(5, perSeconds: 1, burst: 10)
  /// Those of all clients of one address together.
  package var floodPerAddress = Rate(20, perSeconds: 1, burst: 40)

  /// The limits that somebody has set: some are for certain clients only then.
  package var said: Set<LimitName> = []

  /// How long more than a quarter of ``maximumQueue`` may wait for one client.
  package static let slowPatience = Duration.seconds(10)

  package init() {}

  /// Those of them that doors mind.
  var doors: DoorLimits {
    DoorLimits(
      frame: maximumFrame, text: maximumText, frameTimeout: frameTimeout,
      helloTimeout: helloTimeout, idle: idle, plainIdle: said.contains(.idle) ? idle : nil)
  }

  /// Whether a limit that spares the clients of this machine is for them too.
  func touchesLocal(_ name: LimitName) -> Bool { said.contains(name) }
}
