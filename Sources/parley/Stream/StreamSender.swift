import Chat
import Sockets
import Wire

/// Sends the numbered texts of a stream to some targets, many with one system call.
///
/// Lives on the socket's loop.
final class StreamSender: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  struct Target: Sendable {
    /// As typed.
    let text: String
    let address: SocketAddress
    fileprivate(set) var sent = 0
    fileprivate(set) var refused = 0
    fileprivate(set) var why: SocketError?

    init(_ text: String, _ address: SocketAddress) { (self.text, self.address) = (text, address) }
  }

  /// How many datagrams go with one call, if there are not more targets.
  private static let batchSize = 64

  private let socket: Datagrams
  private(set) var targets: [Target]
  private let size: Int
  private var bucket: TokenBucket?
  private var clock = TextClock()
  private let start: Nanoseconds
  private var end: Nanoseconds
  private var numbers = 0

  init(_ socket: Datagrams, _ targets: [Target], rate: Int?, size: Int) {
    (self.socket, self.targets, self.size) = (socket, targets, size)
    start = socket.loop.deadline(.after(.zero))
    end = start
    bucket = rate.map { TokenBucket(rate: $0, at: socket.loop.now) }
  }

  private var loop: EventLoop { socket.loop }
  private var now: Nanoseconds { loop.deadline(.after(.zero)) }

  /// Sends the numbers from 0 on, each to every target.
  ///
  /// A target that refuses does not hold up the others.
  func send(_ count: Int) async throws {
    let rows = max(1, StreamSender.batchSize / targets.count)
    var batch = DatagramBatch(capacity: rows * targets.count, maximumSize: max(size, 128))
    var bytes: [UInt8] = []
    defer { end = now }
    while numbers < count {
      let allowed = try await pace(min(rows, count - numbers))
      batch.removeAll()
      let moment = Moment.now(Instant(nanoseconds: now))
      for number in numbers..<numbers + allowed {
        StreamText.compose(number, at: clock.next(at: moment), size: size, into: &bytes)
        for target in targets { _ = batch.append(bytes, to: target.address) }
      }
      try await socket.send(&batch)
      note(batch.count / targets.count, batch.refusals)
      numbers += allowed
      // Signals have their turn, too: while there is room, sending does not wait.
      try await loop.sleep(for: .zero)
    }
  }

  /// Waits until some of so many numbers may go.
  private func pace(_ wanted: Int) async throws -> Int {
    guard bucket != nil else { return wanted }
    while true {
      if let count = bucket?.take(wanted, at: now), count > 0 { return count }
      let delay = bucket?.delay(at: now) ?? 0
      try await loop.sleep(for: .nanoseconds(Int64(clamping: delay)))
    }
  }

  private func note(_ rows: Int, _ refusals: [DatagramBatch.Refusal]) {
    for index in targets.indices { targets[index].sent += rows }
    for refusal in refusals {
      let index = refusal.index % targets.count
      targets[index].sent -= 1
      targets[index].refused += 1
      targets[index].why = targets[index].why ?? refusal.error
    }
  }

  // MARK: - Words

  var hasRefusals: Bool { targets.contains { $0.refused > 0 } }

  /// What became of it, a line for each target and one for all.
  var summary: [String] {
    let time = Duration.nanoseconds(Int64(clamping: end - start))
    let lines = targets.map { target in
      let why = target.why.map { " (\($0))" } ?? ""
      return "\(target.address): \(target.sent) sent, \(target.refused) refused\(why)"
    }
    return lines + ["\(numbers) numbers in \(time.words), \(rate(numbers, in: time)) a second"]
  }
}

/// How many there were in a second, as whole numbers.
func rate(_ count: Int, in time: Duration) -> Int {
  let nanoseconds = time.clampedNanoseconds
  guard nanoseconds > 0 else { return count }
  return Int((Double(count) / (Double(nanoseconds) / 1e9)).rounded())
}
