import Glibc
import Sockets
import Testing

@Suite("happy eyeballs")
struct HappyEyeballsTests {
  private static func four(_ number: UInt8) -> SocketAddress {
    .ipv4(IPv4Address(10, 0, 0, number), port: 1)
  }
  private static func six(_ number: UInt64) -> SocketAddress {
    .ipv6(IPv6Address(high: 0, low: number), port: 1)
  }
  private let refused = SocketError(operation: "connect", code: ECONNREFUSED)
  private let second: Nanoseconds = 1_000_000_000

  @Test("families take turns, IPv6 first, and no address is tried twice")
  func order() {
    let given = [
      Self.four(1), Self.four(2), Self.six(1), Self.four(1), Self.four(3), Self.six(2),
    ]
    #expect(
      HappyEyeballs.sorted(given) == [
        Self.six(1), Self.four(1), Self.six(2), Self.four(2), Self.four(3),
      ])
    #expect(HappyEyeballs.sorted([]).isEmpty)
  }

  @Test("the second attempt starts a quarter of a second after the first, which goes on")
  func attemptDelay() {
    var machine = HappyEyeballs([Self.four(1), Self.six(1)], at: second)
    #expect(drain(&machine) == [.start(0, Self.six(1))])
    #expect(machine.deadline == second + 250_000_000)
    machine.expire(at: second + 249_999_999)
    #expect(drain(&machine) == [])
    machine.expire(at: second + 250_000_000)
    #expect(drain(&machine) == [.start(1, Self.four(1))])
    machine.connected(0, at: second + 300_000_000)
    #expect(drain(&machine) == [.cancel(1), .succeeded(0)])
    #expect(machine.deadline == nil)
    machine.connected(1, at: second + 300_000_001)
    machine.failed(0, refused, at: second * 2)
    machine.expire(at: .max)
    #expect(drain(&machine) == [])
  }

  @Test("a failure starts the next attempt at once, and the last one ends it with every reason")
  func failure() {
    var machine = HappyEyeballs([Self.six(1), Self.four(1)], at: 0)
    #expect(drain(&machine) == [.start(0, Self.six(1))])
    machine.failed(0, refused, at: 5)
    #expect(drain(&machine) == [.start(1, Self.four(1))])
    machine.failed(0, refused, at: 6)
    machine.failed(7, refused, at: 6)
    #expect(drain(&machine) == [])
    let other = SocketError(operation: "connect", code: EHOSTUNREACH)
    machine.failed(1, other, at: 7)
    #expect(drain(&machine) == [.failed([refused, other])])
  }

  @Test("an attempt that takes too long is given up, and so is everything when the time is over")
  func timeouts() {
    let timing = HappyEyeballs.Timing(attemptTimeout: .seconds(1), totalTimeout: .seconds(3))
    var machine = HappyEyeballs([Self.four(1), Self.four(2), Self.four(3)], timing: timing, at: 0)
    var log: [HappyEyeballs.Action] = drain(&machine)
    while let deadline = machine.deadline {
      machine.expire(at: deadline)
      log += drain(&machine)
    }
    let errors = (1...3).map { number in
      SocketError(
        operation: "connect", address: "10.0.0.\(number):1", reason: .timedOut(after: .seconds(1)))
    }
    #expect(
      log == [
        .start(0, Self.four(1)), .start(1, Self.four(2)), .start(2, Self.four(3)), .cancel(0),
        .cancel(1), .cancel(2), .failed(errors),
      ])

    let short = HappyEyeballs.Timing(totalTimeout: .milliseconds(100))
    var hurried = HappyEyeballs([Self.four(1), Self.four(2)], timing: short, at: 0)
    hurried.expire(at: 100_000_000)
    let error = SocketError(
      operation: "connect", address: "10.0.0.1:1", reason: .timedOut(after: .milliseconds(100)))
    #expect(drain(&hurried) == [.start(0, Self.four(1)), .cancel(0), .failed([error])])
  }

  @Test("cancelling gives up what runs and says nothing more")
  func cancelling() {
    var machine = HappyEyeballs([Self.four(1), Self.four(2)], at: 0)
    machine.cancel()
    #expect(drain(&machine) == [.start(0, Self.four(1)), .cancel(0)])
    #expect(machine.deadline == nil)
  }

  @Test("no addresses fail at once, and too many are not all tried")
  func extremes() {
    var nowhere = HappyEyeballs([], at: 0)
    #expect(drain(&nowhere) == [.failed([])])
    var machine = HappyEyeballs((1...200).map { Self.four($0) }, at: .max - 5)
    var starts = 0
    while case .start(let id, _) = machine.next() {
      starts += 1
      machine.failed(id, refused, at: .max)
    }
    #expect(starts == HappyEyeballs.mostAttempts)
  }

  @Test("the delay between attempts stays within the bounds of RFC 8305")
  func delayBounds() {
    #expect(HappyEyeballs.Timing(attemptDelay: .zero).attemptDelay == .milliseconds(10))
    #expect(HappyEyeballs.Timing(attemptDelay: .seconds(9)).attemptDelay == .seconds(2))
  }

  @Test("in any network: one ending, in time, and nothing is left running", arguments: 0..<300)
  func anyNetwork(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    let addresses = (0..<random.next() % 7).map { number in
      random.next() % 2 == 0 ? Self.four(UInt8(number)) : Self.six(number)
    }
    // What each address does, and after how many nanoseconds: succeed, refuse, or say nothing.
    let fates = addresses.map { _ in (kind: random.next() % 3, after: random.next() % second) }
    let limit = random.next() % 2 == 0 ? Duration.milliseconds(Int(random.next() % 1_500)) : nil
    let timing = HappyEyeballs.Timing(
      attemptTimeout: .milliseconds(Int(random.next() % 800) + 1), totalTimeout: limit)

    var machine = HappyEyeballs(addresses, timing: timing, at: 0)
    let order = HappyEyeballs.sorted(addresses)
    var now: Nanoseconds = 0
    var running: [Int: Nanoseconds] = [:]  // Attempt to the time at which its fate comes.
    var ending: HappyEyeballs.Action?
    var started: [Nanoseconds] = []
    var lastFailure: Nanoseconds?
    for _ in 0..<1_000 {
      for action in drain(&machine) {
        #expect(ending == nil, "nothing comes after the ending")
        switch action {
        case .start(let id, let address):
          #expect(address == order[id] && id == started.count)
          if let last = started.last {
            #expect(now >= last + 250_000_000 || lastFailure == now)
          }
          started.append(now)
          let fate = fates[try #require(addresses.firstIndex(of: address))]
          running[id] = fate.kind == 2 ? .max : now + fate.after
        case .cancel(let id):
          #expect(running.removeValue(forKey: id) != nil)
          if machine.deadline != nil { lastFailure = now }
        case .succeeded(let id):
          #expect(running.removeValue(forKey: id) == now)
          ending = action
        case .failed(let errors):
          #expect(errors.count == started.count)
          ending = action
        }
      }
      let soonest = running.min { ($0.value, $0.key) < ($1.value, $1.key) }
      guard ending == nil else { break }
      let alarm = machine.deadline ?? .max
      if let soonest, soonest.value < alarm {
        now = soonest.value
        let fate = fates[try #require(addresses.firstIndex(of: order[soonest.key]))]
        if fate.kind == 0 {
          machine.connected(soonest.key, at: now)
        } else {
          running.removeValue(forKey: soonest.key)
          lastFailure = now
          machine.failed(soonest.key, refused, at: now)
        }
      } else {
        try #require(alarm != .max, "seed \(seed): it waits for nothing")
        now = alarm
        lastFailure = now
        machine.expire(at: now)
      }
    }
    #expect(ending != nil)
    #expect(running.isEmpty)
    if let limit { #expect(now <= limit.clampedNanoseconds) }
  }

  private func drain(_ machine: inout HappyEyeballs) -> [HappyEyeballs.Action] {
    var actions: [HappyEyeballs.Action] = []
    while let action = machine.next() { actions.append(action) }
    return actions
  }
}
