import Glibc
import Sockets
import Synchronization
import Testing

@Suite("the resolver")
struct ResolverTests {
  private let four = SocketAddress.ipv4(IPv4Address(10, 0, 0, 1), port: 0)
  private let six = SocketAddress.ipv6(IPv6Address(high: 1, low: 1), port: 0)

  @Test("what is numeric already is answered without a lookup")
  func withoutLookup() async throws {
    let resolver = Resolver { name throws(SocketError) in
      Issue.record("\(name) was looked up")
      return []
    }
    for text in ["1.2.3.4:80", "[2001:db8::1]:80", "[fe80::1%7]:80", "unix:/x", "unix:@x"] {
      for purpose in Resolver.Purpose.allCases {
        let addresses = try await resolver.resolve(Address(text), for: purpose, timeout: .zero)
        #expect(addresses.map(\.description) == [text])
      }
    }
    let local = try await resolver.resolve(Address(":80"))
    #expect(local.map(\.description) == ["[::1]:80", "127.0.0.1:80"])
    let bound = try await resolver.resolve(Address("80"), for: .listening)
    #expect(bound.map(\.description) == ["[::]:80"] || bound.map(\.description) == ["0.0.0.0:80"])
  }

  @Test("a scope is the number of an interface that exists")
  func scopes() async throws {
    let resolver = Resolver()
    let loopback = if_nametoindex("lo")
    let address = try await resolver.resolve(Address("[fe80::1%lo]:80"))
    #expect(address.map(\.description) == ["[fe80::1%\(loopback)]:80"])
    await #expect {
      try await resolver.resolve(Address("[fe80::1%nosuch0]:80"))
    } throws: {
      "\($0)" == "resolve fe80::1%nosuch0: No such device"
    }
  }

  @Test("the port of the address is that of every result")
  func ports() async throws {
    let (four, six) = (four, six)
    let resolver = Resolver { _ throws(SocketError) in [six, four] }
    let addresses = try await resolver.resolve(Address("h:80"), timeout: .seconds(60))
    #expect(addresses.map(\.description) == ["[::1:0:0:0:1]:80", "10.0.0.1:80"])
  }

  @Test("the system knows this machine by its name")
  func localhost() async throws {
    let addresses = try await Resolver().resolve(Address("localhost:80"))
    #expect(!addresses.isEmpty)
    #expect(Set(addresses).count == addresses.count)
    #expect(addresses.allSatisfy { $0.isLoopback && $0.port == 80 })
  }

  @Test("a name that is not known is named, with the system's reason")
  func unknown() async throws {
    let resolver = Resolver { name throws(SocketError) in
      let reason = String(cString: gai_strerror(EAI_NONAME))
      throw SocketError(operation: "resolve", address: name, reason: .unresolved(reason))
    }
    await #expect {
      try await resolver.resolve(Address("nosuch.invalid:80"))
    } throws: {
      "\($0)" == "resolve nosuch.invalid: Name or service not known"
    }
  }

  @Test("no more lookups run than there are threads, and all are answered", arguments: 1...4)
  func bounded(threads: Int) async throws {
    let running = Atomic(0)
    let most = Atomic(0)
    let four = four
    let gate = LookupGate()
    let resolver = Resolver(threads: threads) { _ throws(SocketError) in
      let now = running.add(1, ordering: .sequentiallyConsistent).newValue
      most.max(now, ordering: .sequentiallyConsistent)
      gate.pass()
      running.subtract(1, ordering: .sequentiallyConsistent)
      return [four]
    }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<40 {
        group.addTask { try await resolver.resolve(Address("h\(number)")).count }
      }
      await gate.arrivals(threads)
      gate.open()
      var answers = 0
      for try await count in group { answers += count }
      #expect(answers == 40)
    }
    #expect(most.load(ordering: .sequentiallyConsistent) == threads)
  }

  @Test("a full queue refuses at once, and a cancelled wait makes room in it")
  func fullQueue() async throws {
    let gate = LookupGate()
    let four = four
    let names = Locked<[String]>([])
    let resolver = Resolver(threads: 1, waiting: 1) { name throws(SocketError) in
      names.withLock { $0.append(name) }
      gate.pass()
      return [four]
    }
    try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask { try await resolver.resolve(Address("first")).count }
      await gate.arrivals(1)
      // There is room for one of these two: the other one is refused, then the one that waits leaves.
      let (refused, cancelled) = await withTaskGroup(of: String.self) { pair in
        for name in ["second", "third"] {
          pair.addTask {
            do {
              return "\(try await resolver.resolve(Address(name)))"
            } catch {
              return "\(error)"
            }
          }
        }
        let refused = await pair.next()
        pair.cancelAll()
        return (refused, await pair.next())
      }
      #expect(refused?.hasSuffix(": too many lookups are waiting") == true)
      #expect(cancelled == "\(CancellationError())")
      group.addTask { try await resolver.resolve(Address("fourth")).count }
      gate.open()
      for try await count in group { #expect(count == 1) }
    }
    #expect(names.withLock { $0 } == ["first", "fourth"])
  }

  @Test("cancelling or a timeout ends the wait while the lookup still blocks")
  func leavesEarly() async throws {
    let gate = LookupGate()
    let four = four
    let resolver = Resolver { _ throws(SocketError) in
      gate.pass()
      return [four]
    }
    let waiting = Task { try await resolver.resolve(Address("stuck")) }
    await gate.arrivals(1)
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    await #expect {
      try await resolver.resolve(Address("stuck"), timeout: .milliseconds(1))
    } throws: {
      "\($0)".hasPrefix("resolve stuck: timed out after ")
    }
    gate.open()
    #expect(try await resolver.resolve(Address("free")).count == 1)
  }

  @Test("a task that is cancelled already looks nothing up")
  func cancelledBefore() async throws {
    let resolver = Resolver { name throws(SocketError) in
      Issue.record("\(name) was looked up")
      return []
    }
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await resolver.resolve(Address("h"))
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

/// Blocks lookups until it is opened, and tells how many have come.
private final class LookupGate: @unchecked Sendable {
  // @unchecked: the semaphore is made for several threads; the stream's ends are used by one each.
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private let stream: AsyncStream<Void>
  private let arrival: AsyncStream<Void>.Continuation

  init() {
    (stream, arrival) = AsyncStream.makeStream()
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func pass() {
    arrival.yield()
    while sem_wait(semaphore) != 0 {}
    sem_post(semaphore)  // An open gate stays open.
  }

  func open() {
    sem_post(semaphore)
  }

  func arrivals(_ count: Int) async {
    var iterator = stream.makeAsyncIterator()
    for _ in 0..<count { await iterator.next() }
  }
}
