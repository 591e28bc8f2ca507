import Chat
import Glibc
import Sockets
import Wire

/// Receives numbered texts, and counts for each sender what came and what did not.
///
/// Lives on the socket's loop.
final class StreamReceiver: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  private struct Sender {
    let address: SocketAddress
    var tally = StreamTally()
    /// Datagrams that are no numbered texts.
    var others = 0
    let first: Nanoseconds
    var last: Nanoseconds
    /// What the line of a second ago said.
    var shown = 0
  }

  /// Datagrams of more senders are counted together.
  private static let limit = 1_024
  private static let pause = Duration.seconds(1)

  private let socket: Datagrams
  private var senders: [Sender] = []
  private var places: [SocketAddress: Int] = [:]
  private var strangers = 0

  init(_ socket: Datagrams) { self.socket = socket }

  /// Whether somebody watches.
  static var isAtTerminal: Bool { isatty(Output.standard.rawValue) == 1 }

  /// Receives until the task is cancelled.
  func receive() async throws {
    // The number stands at the beginning; of longer datagrams that is enough.
    var batch = DatagramBatch(capacity: 256, maximumSize: 1_024)
    var bytes: [UInt8] = []
    // Mostly one datagram comes from where the one before came from.
    var latest: (address: SocketAddress, place: Int)?
    while true {
      try await socket.receive(into: &batch, timeout: nil)
      let now = socket.loop.now
      for index in 0..<batch.count {
        let address = batch.address(at: index)
        if latest?.address != address { latest = place(of: address, now).map { (address, $0) } }
        guard let place = latest?.place else {
          strangers += 1
          continue
        }
        bytes.removeAll(keepingCapacity: true)
        batch.withBytes(at: index) { bytes.append(copying: $0) }
        senders[place].last = now
        if let number = StreamText.number(in: bytes) {
          senders[place].tally.note(number)
        } else {
          senders[place].others += 1
        }
      }
    }
  }

  private func place(of address: SocketAddress, _ now: Nanoseconds) -> Int? {
    if let place = places[address] { return place }
    guard senders.count < StreamReceiver.limit else { return nil }
    places[address] = senders.count
    senders.append(Sender(address: address, first: now, last: now))
    return senders.count - 1
  }

  // MARK: - Words

  /// Says once a second how it goes for those who have sent something in it.
  func show() async throws {
    while true {
      try await socket.loop.sleep(for: StreamReceiver.pause)
      for index in senders.indices {
        let count = senders[index].tally.total
        guard count != senders[index].shown else { continue }
        let rate = count - senders[index].shown
        senders[index].shown = count
        Output.standard.write(line(senders[index], "\(rate) a second"))
      }
    }
  }

  /// A line for each sender.
  var summary: String {
    var text = ""
    for sender in senders {
      let time = Duration.nanoseconds(Int64(clamping: sender.last - sender.first))
      text += line(sender, "\(rate(sender.tally.total, in: time)) a second")
    }
    if strangers > 0 { text += "others: \(strangers) datagrams of more senders than are counted\n" }
    return text
  }

  private func line(_ sender: Sender, _ rate: String) -> String {
    let tally = sender.tally
    var words = [
      "\(tally.received) received", "\(tally.lost) lost", "\(tally.duplicated) twice",
      "\(tally.reordered) out of order",
    ]
    if let highest = tally.highest { words.append("highest \(highest)") }
    if tally.stale > 0 { words.append("\(tally.stale) too late to tell") }
    if sender.others > 0 { words.append("\(sender.others) without a number") }
    return "\(sender.address): \((words + [rate]).joined(separator: ", "))\n"
  }
}
