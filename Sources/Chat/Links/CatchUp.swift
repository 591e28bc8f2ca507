import Rooms
import Sockets

/// What a client has missed while it was away, made into bytes as its socket takes them.
///
/// So whoever comes back costs one piece of that, read or not; the rest it shares with the room and with all
/// others that come back.
final class CatchUp {
  /// As much is made at once; then the message that was begun is the last.
  private static let pieceBytes = 32_768

  private let room: UInt32
  private var missed: Pages
  private var outbox = Outbox()
  /// What the flusher was told of that.
  private var counted = 0

  init(_ missed: Pages, in room: UInt32) { (self.missed, self.room) = (missed, room) }

  /// All that is still to go out; what is to be made as it weighs, which is a little more.
  ///
  /// While the room remembers it too that costs nobody anything, but only the room knows how long it does.
  var queued: Int { outbox.byteCount + missed.weight }

  /// Takes what was queued before: that goes out first.
  func begin(behind other: inout Outbox) {
    swap(&outbox, &other)
  }

  /// Leaves what was made and has not gone out.
  func end() -> Outbox {
    var rest = Outbox()
    swap(&outbox, &rest)
    missed = Pages()
    return rest
  }

  /// Writes as much as the socket takes.
  func flush(_ core: inout StreamCore, _ flusher: Flusher) -> Outbox.Progress {
    defer { count(flusher) }
    while true {
      let before = outbox.byteCount
      let progress = outbox.flush(&core, flusher.pieces)
      flusher.bytesOut &+= UInt64(before - outbox.byteCount)
      guard case .done = progress, missed.count > 0 else { return progress }
      makePiece(from: flusher.pool)
    }
  }

  /// Tells the flusher what waits.
  func count(_ flusher: Flusher) {
    flusher.queued += queued - counted
    counted = queued
  }

  private func makePiece(from pool: BlockPool) {
    var bytes: [UInt8] = []
    while bytes.count < CatchUp.pieceBytes, let event = missed.popFirst() {
      // Only those behind this door come back, and it shows no local time.
      DoorKind.native.encode(event, room: room, offset: 0, into: &bytes)
    }
    outbox.append(bytes, from: pool)
  }
}
