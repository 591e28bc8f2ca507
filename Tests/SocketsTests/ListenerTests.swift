import Glibc
import Testing

@testable import Sockets

@Suite("a listener")
struct ListenerTests {
  /// A blocking client, as the programs of the lessons are.
  static func dial(_ address: SocketAddress) throws -> Descriptor {
    let descriptor = Descriptor(
      owning: try call("socket") {
        socket(address.family.rawValue, CInt(SOCK_STREAM.rawValue), 0)
      })
    _ = try address.withSockaddr { (pointer, length) throws(SocketError) in
      try call("connect") {
        connect(descriptor.rawValue, pointer.assumingMemoryBound(to: sockaddr.self), length) == 0
          ? 0 : -errno
      }
    }
    return descriptor
  }

  @Test("serves every connection at the same time and closes each after its body")
  func serves() async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let address = listener.localAddress
      #expect(address.port != 0)
      try await withThrowingTaskGroup { group in
        group.addTask {
          try await listener.run { connection in
            var buffer: [UInt8] = []
            while try await connection.read(into: &buffer) > 0 {
              try await connection.write(buffer)
              buffer.removeAll(keepingCapacity: true)
            }
          }
        }
        group.addTask {
          try await Sandbox.blocking {
            let one = try Self.dial(address)
            let other = try Self.dial(address)
            for client in [other.rawValue, one.rawValue] {
              var bytes: [UInt8] = Array("hello".utf8)
              #expect(send(client, &bytes, 5, 0) == 5)
              var reply = [UInt8](repeating: 0, count: 5)
              #expect(recv(client, &reply, 5, CInt(MSG_WAITALL)) == 5)
              #expect(reply == bytes)
              shutdown(client, CInt(SHUT_WR))
              #expect(recv(client, &reply, 5, 0) == 0)
            }
            listener.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test(
    "those who come all at once are all served, by connections that send at once",
    arguments: [SocketAddress.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)])
  func crowd(address: SocketAddress) async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(address, on: loop)
      // More than are accepted in one turn of the loop, and waiting before the first is.
      let clients = try (0..<150).map { _ in try Self.dial(listener.localAddress).release() }
      try await withThrowingTaskGroup { group in
        group.addTask {
          try await listener.run { connection in
            try await connection.write(try await connection.get(.noDelay) ? "y" : "n")
          }
        }
        group.addTask {
          try await Sandbox.blocking {
            for number in clients {
              let client = Descriptor(owning: number)
              var answer: UInt8 = 0
              #expect(recv(client.rawValue, &answer, 1, 0) == 1)
              #expect(answer == UInt8(ascii: "y"))
            }
            listener.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("leaves no descriptor behind after a thousand connections")
  func leavesNothing() async throws {
    await #expect(processExitsWith: .success) {
      try await EventLoop.run { loop in
        let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
        let address = listener.localAddress
        let before = Sandbox.openDescriptors()
        try await withThrowingTaskGroup { group in
          group.addTask { try await listener.run { _ = try await $0.readToEnd(atMost: 10) } }
          group.addTask {
            try await Sandbox.blocking {
              for _ in 0..<1000 {
                let client = try ListenerTests.dial(address)
                shutdown(client.rawValue, CInt(SHUT_WR))
                var byte: UInt8 = 0
                #expect(recv(client.rawValue, &byte, 1, 0) == 0)
              }
            }
            listener.close()
          }
          try await group.waitForAll()
        }
        #expect(Sandbox.openDescriptors() <= before)
      }
    }
  }

  @Test("an error in one body ends that connection only, and is reported")
  func isolates() async throws {
    struct Oops: Error {}
    let reported = Gate()
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv6(.any, port: 0), on: loop)
      let port = try #require(listener.localAddress.port)
      try await withThrowingTaskGroup { group in
        group.addTask {
          try await listener.run { incident in
            if case .failed(_, let error) = incident, error is Oops { reported.open() }
          } _: { connection in
            if try await connection.read() == Array("bad".utf8) { throw Oops() }
            try await connection.write("good")
          }
        }
        group.addTask {
          try await Sandbox.blocking {
            // The unspecified IPv6 address takes both families.
            let bad = try Self.dial(.ipv4(.loopback, port: port))
            let good = try Self.dial(.ipv6(.loopback, port: port))
            _ = send(bad.rawValue, "bad", 3, 0)
            var byte: UInt8 = 0
            #expect(recv(bad.rawValue, &byte, 1, 0) == 0)
            _ = send(good.rawValue, "hi", 2, 0)
            var reply = [UInt8](repeating: 0, count: 4)
            #expect(recv(good.rawValue, &reply, 4, CInt(MSG_WAITALL)) == 4)
            listener.close()
          }
          await reported.wait()
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("a port in use is told with operation, address and reason")
  func portInUse() async throws {
    try await EventLoop.run { loop in
      let first = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let error = await #expect(throws: SocketError.self) {
        try await Listener.bind(first.localAddress, on: loop)
      }
      #expect(error?.description == "listen \(first.localAddress): Address already in use")
      first.close()
    }
  }

  @Test("refuses whom the filter, the total and the number per address do not allow")
  func refuses() {
    let one = SocketAddress.ipv4(IPv4Address(127, 0, 0, 1), port: 5)
    let other = SocketAddress.ipv4(IPv4Address(10, 0, 0, 1), port: 5)
    var admission = Admission(total: 3, perAddress: 2)
    #expect(admission.admit(one) == nil)
    #expect(admission.admit(one) == nil)
    #expect(admission.admit(one) == .fullForAddress)
    #expect(admission.admit(other) == nil)
    #expect(admission.admit(other) == .full)
    admission.release(one)
    #expect(admission.admit(one) == nil)
  }

  @Test("a filter replaced while it runs counts for those who come from then on")
  func replacesFilter() async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let address = listener.localAddress
      let resolver = Resolver()
      let (refusals, refused) = AsyncStream.makeStream(of: String.self)
      try await withThrowingTaskGroup { group in
        group.addTask {
          try await listener.run { incident in
            if case .refused(_, let why) = incident { refused.yield(why) }
          } _: { connection in
            try await connection.write([1])
            _ = try await connection.read()
          }
        }
        try await Connect.to(Address(address), on: loop, resolver: resolver) { first in
          #expect(try await first.read(timeout: .seconds(60)) == [1])
          listener.setFilter(AddressFilter(denied: [try Network("127.0.0.0/8")]))
          try await Connect.to(Address(address), on: loop, resolver: resolver) { second in
            let got = try? await second.read(timeout: .seconds(60))
            #expect((got ?? []).isEmpty)
          }
          var reasons = refusals.makeAsyncIterator()
          #expect(await reasons.next() == "its address is not allowed")
          // Who is in stays.
          try await first.write([2])
          listener.setFilter(AddressFilter())
          try await Connect.to(Address(address), on: loop, resolver: resolver) { third in
            let greeting = try await third.read(timeout: .seconds(60))
            #expect(greeting == [1])
          }
          let rest = try await first.read(timeout: .seconds(60))
          #expect(rest.isEmpty)
        }
        group.cancelAll()
      }
    }
  }

  @Test("cancelling its task ends it and all its bodies")
  func cancels() async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let accepted = Gate()
      await withThrowingTaskGroup { group in
        group.addTask {
          try await listener.run { connection in
            accepted.open()
            _ = try await connection.read()
          }
        }
        let address = listener.localAddress
        group.addTask {
          try await Sandbox.blocking {
            let client = try Self.dial(address)
            var byte: UInt8 = 0
            _ = recv(client.rawValue, &byte, 1, 0)
          }
        }
        await accepted.wait()
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.waitForAll() }
      }
    }
  }

  @Test("accepts nobody once its task is cancelled, though they wait already")
  func cancelledBefore() async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      let address = listener.localAddress
      try await Sandbox.blocking { for _ in 0..<3 { _ = try Self.dial(address) } }
      let running = Task(executorPreference: loop) {
        try await listener.run { _ in Issue.record("somebody was let in") }
      }
      running.cancel()
      await #expect(throws: CancellationError.self) { try await running.value }
      listener.close()
    }
  }

  @Test("runs twice at a time and ends both", .timeLimit(.minutes(5)))
  func runsTwice() async throws {
    try await EventLoop.run { loop in
      let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
      async let one: Void = listener.run { _ in }
      async let other: Void = listener.run { _ in }
      for _ in 0..<3 { await Task.yield() }
      listener.close()
      try await one
      try await other
    }
  }

  private func socketPath(_ name: String) throws -> (path: String, address: SocketAddress) {
    let path = "/tmp/parley-test-\(getpid())-\(name)"
    return (path, .unix(try #require(UnixAddress(path: path))))
  }

  @Test("takes its socket file away, when it is closed or forgotten", arguments: [true, false])
  func removesFile(isClosed: Bool) async throws {
    try await EventLoop.run { loop in
      let (path, address) = try socketPath("gone-\(isClosed)")
      var listener: Listener? = try await Listener.bind(address, on: loop)
      #expect(access(path, F_OK) == 0)
      if isClosed { listener?.close() } else { listener = nil }
      #expect(access(path, F_OK) != 0)
      _ = listener
    }
  }

  @Test("leaves alone what has come to its path meanwhile", arguments: ["socket", "file"])
  func keepsOthers(kind: String) async throws {
    try await EventLoop.run { loop in
      let (path, address) = try socketPath("other-\(kind)")
      let first = try await Listener.bind(address, on: loop)
      // Moved, not removed: its inode must not be given to the next.
      #expect(rename(path, path + "-old") == 0)
      var second: Listener?
      if kind == "socket" {
        second = try await Listener.bind(address, on: loop)
      } else {
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
      }
      first.close()
      #expect(access(path, F_OK) == 0)
      second?.close()
      #expect((access(path, F_OK) == 0) == (kind == "file"))
      unlink(path)
      unlink(path + "-old")
    }
  }
}
