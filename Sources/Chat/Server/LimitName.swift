/// What a limit is called: as an option behind two dashes, in a file, on the control socket, in counts.
package enum LimitName: String, CaseIterable, Sendable {
  case maxClients = "max-clients"
  case maxPerAddress = "max-per-address"
  case maxWaiting = "max-waiting"
  case maxWaitingPerAddress = "max-waiting-per-address"
  case connectRate = "connect-rate"
  case maxRooms = "max-rooms"
  case maxRoomsPerClient = "max-rooms-per-client"
  case maxMembers = "max-members"
  case maxSendq = "max-sendq"
  case maxSendqTotal = "max-sendq-total"
  case sendBuffer = "send-buffer"
  case maxFrame = "max-frame"
  case maxText = "max-text"
  case maxNick = "max-nick"
  case maxRoomName = "max-room-name"
  case frameTimeout = "frame-timeout"
  case helloTimeout = "hello-timeout"
  case idle
  case timeout
  case flood
  case floodPerAddress = "flood-per-address"
}
