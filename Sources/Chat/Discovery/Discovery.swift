internal import Messaging
package import Sockets
package import Wire

/// When to announce oneself to a network, and whom one has found there.
///
/// Announcements are never asked for and never answered to their sender: each is said to all, at the start
/// three times, then every 30 to 60 seconds, and soon after somebody new was heard, so that newcomers do not
/// wait. How often strangers can make that happen, and how many of them are believed, is limited.
package struct Discovery: Sendable {
  package enum Action: Equatable, Sendable {
    /// Say ``beacon`` on all links.
    case announce
    /// Somebody is there, and was not before.
    case found(SocketAddress)
  }

  private struct Neighbour {
    var path: DiscoveryPath
    var port: UInt16
    /// Until then a better path may show itself.
    var settles: Instant
    var told: SocketAddress?
    /// When something came from where we said that it is.
    var confirmed: Instant
    var heard: Instant
  }

  /// From the start on.
  private static let burst: [Duration] = [.zero, .seconds(1), .seconds(3)]
  /// The longest pause between announcements; the shortest is half of it.
  private static let pause = Duration.seconds(60)
  /// At least so long between two announcements, but for the burst.
  private static let rest = Duration.seconds(1)
  /// How long to listen for better paths to somebody.
  private static let settling = Duration.milliseconds(200)
  /// Who was not heard on a path for so long may have moved.
  private static let moved = Duration.seconds(150)
  /// Of more neighbours, the ones silent for longest are forgotten.
  static let limit = 128

  package let beacon: Beacon
  private var start: Instant
  private var said = 0
  private var planned = Instant.distantFuture
  private var answer = Instant.distantFuture
  private var last: Instant?
  private var pauses: Backoff
  private var delays: Backoff
  private var answers: Allowance
  private var tellings: Allowance
  private var neighbours: [UInt64: Neighbour] = [:]
  private var outbox: [Action] = []

  /// - Parameters:
  ///   - beacon: What to say.
  ///   - seed: Decides the pauses.
  ///   - now: When it begins.
  package init(_ beacon: Beacon, seed: UInt64, at now: Instant) {
    self.beacon = beacon
    pauses = Backoff(first: Discovery.pause, most: Discovery.pause, seed: seed)
    delays = Backoff(first: .milliseconds(100), most: .milliseconds(100), seed: ~seed)
    answers = Allowance(10, every: .seconds(6), at: now)
    tellings = Allowance(8, every: .seconds(1), at: now)
    start = now
    begin(at: now)
  }

  /// The ways to announce oneself have changed.
  package mutating func begin(at now: Instant) {
    (start, said, planned) = (now, 0, now)
  }

  package mutating func receive(_ beacon: Beacon, over path: DiscoveryPath, at now: Instant) {
    guard beacon.instance != self.beacon.instance else { return }
    guard beacon.kind == self.beacon.kind else {
      // Who tries whether announcements arrive shall hear one.
      if beacon.kind == .trial { speakSoon(at: now) }
      return
    }
    guard var neighbour = neighbours[beacon.instance] else {
      makeRoom()
      neighbours[beacon.instance] = Neighbour(
        path: path, port: beacon.port, settles: now + Discovery.settling, confirmed: now, heard: now
      )
      return speakSoon(at: now)
    }
    neighbour.heard = now
    if let told = neighbour.told {
      if path.endpoint(port: beacon.port) == told {
        neighbour.confirmed = now
      } else if neighbour.confirmed + Discovery.moved <= now {
        (neighbour.told, neighbour.path, neighbour.port) = (nil, path, beacon.port)
        neighbour.settles = now + Discovery.settling
      }
    } else if path.isBetter(than: neighbour.path) {
      (neighbour.path, neighbour.port) = (path, beacon.port)
    }
    neighbours[beacon.instance] = neighbour
  }

  package var deadline: Instant {
    neighbours.values.lazy.filter { $0.told == nil }.map(\.settles)
      .reduce(min(planned, answer), min)
  }

  package mutating func expire(at now: Instant) {
    if min(planned, answer) <= now {
      if planned <= now {
        said += 1
        planned =
          said < Discovery.burst.count ? start + Discovery.burst[said] : now + pauses.next()
      }
      (answer, last) = (.distantFuture, now)
      outbox.append(.announce)
    }
    for (instance, neighbour) in neighbours where neighbour.told == nil && neighbour.settles <= now
    {
      guard tellings.take(at: now) else {
        neighbours[instance]?.settles = now + .seconds(1)
        continue
      }
      let endpoint = neighbour.path.endpoint(port: neighbour.port)
      neighbours[instance]?.told = endpoint
      neighbours[instance]?.confirmed = now
      outbox.append(.found(endpoint))
    }
  }

  package mutating func next() -> Action? {
    outbox.isEmpty ? nil : outbox.removeFirst()
  }

  /// Who has just come does not know us; it need not wait for the next time.
  private mutating func speakSoon(at now: Instant) {
    guard answer == .distantFuture, answers.take(at: now) else { return }
    // Not all at the same moment, and not as often as somebody likes.
    answer = max(now + delays.next(), (last ?? .zero) + Discovery.rest)
  }

  private mutating func makeRoom() {
    guard neighbours.count >= Discovery.limit else { return }
    guard let oldest = neighbours.min(by: { $0.value.heard < $1.value.heard }) else { return }
    neighbours[oldest.key] = nil
  }
}
