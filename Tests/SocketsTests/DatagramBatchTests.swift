import Glibc
import Testing

@testable import Sockets

@Suite("batches of datagrams")
struct DatagramBatchTests {
  private func add(_ bytes: [UInt8], to address: SocketAddress, _ batch: inout DatagramBatch) {
    let isAdded = batch.append(bytes, to: address)
    #expect(isAdded)
  }

  @Test(
    "each datagram of a batch arrives once, with its own bytes and sender",
    arguments: [SocketAddress.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)],
    [1, 7, 64, 100])
  func everyOneOnce(address: SocketAddress, capacity: Int) async throws {
    try await EventLoop.run { loop in
      let receiver = try await Datagrams.bind(address, on: loop)
      var expected: Set<Datagrams.Datagram> = []
      for count in [0, 1, 30, 32] {
        let sender = try await Datagrams.bind(address, on: loop)
        var batch = DatagramBatch()
        for number in 0..<count {
          let text = Array("\(count) \(number)".utf8)
          add(text, to: receiver.localAddress, &batch)
          expected.insert(.init(bytes: text, sender: sender.localAddress))
        }
        #expect(try await sender.send(&batch) == count)
        #expect(batch.sentCount == count && batch.refusals.isEmpty)
      }
      var received: [Datagrams.Datagram] = []
      var batch = DatagramBatch(capacity: capacity)
      while received.count < 63 {
        let count = try await receiver.receive(into: &batch, timeout: .seconds(60))
        #expect(count == min(capacity, 63 - received.count))
        for index in 0..<count {
          received.append(batch[index])
          #expect(batch.address(at: index) == batch[index].sender)
          batch.withBytes(at: index) { bytes in
            #expect(bytes.count == received.last?.bytes.count)
          }
        }
      }
      #expect(Set(received) == expected && received.count == 63)
    }
  }

  @Test("a batch goes back to its senders as it came, also through a dual-stack socket")
  func echo() async throws {
    try await EventLoop.run { loop in
      let server = try await Datagrams.bind(.ipv6(.any, port: 0), on: loop)
      let port = try #require(server.localAddress.port)
      let four = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let six = try await Datagrams.bind(.ipv6(.loopback, port: 0), on: loop)
      try await four.send([4, 4], to: .ipv4(.loopback, port: port))
      try await six.send([], to: .ipv6(.loopback, port: port))
      try await four.send([4], to: .ipv4(.loopback, port: port))
      var batch = DatagramBatch()
      #expect(try await server.receive(into: &batch, timeout: .seconds(60)) == 3)
      #expect(batch.address(at: 0) == four.localAddress)
      #expect(batch.address(at: 1) == six.localAddress)
      #expect(try await server.send(&batch) == 3)
      #expect(try await four.receive(timeout: .seconds(60)).bytes == [4, 4])
      #expect(try await four.receive(timeout: .seconds(60)).bytes == [4])
      #expect(try await six.receive(timeout: .seconds(60)).bytes == [])
      // An IPv4 socket reaches those that speak IPv4, and is told of the other one.
      let other = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      #expect(try await other.send(&batch) == 2)
      #expect(batch.refusals.map(\.index) == [1])
      #expect(try await four.receive(timeout: .seconds(60)).sender == other.localAddress)
    }
  }

  @Test("one that is refused does not hold up the others, and says which it is and why")
  func refusals() async throws {
    try await EventLoop.run { loop in
      let sender = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let receiver = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      var batch = DatagramBatch(capacity: 6, maximumSize: 65_535)
      add([0], to: .ipv4(.loopback, port: 0), &batch)
      add([1], to: receiver.localAddress, &batch)
      let long = [UInt8](repeating: 2, count: 65_508)
      add(long, to: receiver.localAddress, &batch)
      add([3], to: .unix(.unnamed), &batch)
      add([4], to: .ipv6(.loopback, port: 9), &batch)
      add([5], to: receiver.localAddress, &batch)
      #expect(try await sender.send(&batch) == 2)
      #expect(batch.sentCount == 6)
      #expect(batch.refusals.map(\.index) == [0, 2, 3, 4])
      #expect(
        batch.refusals.map(\.error.code) == [EINVAL, EMSGSIZE, EINVAL, EAFNOSUPPORT])
      #expect(try await receiver.receive(timeout: .seconds(60)).bytes == [1])
      #expect(try await receiver.receive(timeout: .seconds(60)).bytes == [5])
      // The rest again.
      #expect(try await sender.send(&batch, from: 4) == 1)
      #expect(batch.refusals.map(\.index) == [4])
      #expect(try await receiver.receive(timeout: .seconds(60)).bytes == [5])
    }
  }

  @Test("what does not fit is cut and told, and the next datagrams are whole", arguments: [0, 4])
  func truncation(room: Int) async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      var batch = DatagramBatch(capacity: 3, maximumSize: room)
      for text in ["0123456789", "", "four", "next"] {
        try await socket.send(Array(text.utf8), to: socket.localAddress)
      }
      #expect(try await socket.receive(into: &batch, timeout: .seconds(60)) == 3)
      #expect(batch[0].bytes == Array("0123456789".utf8.prefix(room)))
      #expect(batch.isTruncated(at: 0) && batch.originalCount(at: 0) == 10)
      #expect(batch[0].isTruncated && batch[0].originalCount == 10)
      #expect(!batch.isTruncated(at: 1) && batch[1].bytes == [])
      #expect(batch.isTruncated(at: 2) == (room < 4))
      // Only what was kept is sent back, and it still says what it had been.
      #expect(try await socket.send(&batch) == 3)
      #expect(batch.isTruncated(at: 0) && batch.originalCount(at: 0) == 10)
      #expect(try await socket.receive(timeout: .seconds(60)).bytes == Array("next".utf8))
      #expect(
        try await socket.receive(timeout: .seconds(60)).bytes
          == Array("0123456789".utf8.prefix(room))
      )
    }
  }

  @Test("a batch takes what fits, and what does not leaves it as it was")
  func bounds() async throws {
    let peer = SocketAddress.ipv6(.loopback, port: 7)
    var batch = DatagramBatch(capacity: 2, maximumSize: 3)
    #expect(batch.capacity == 2 && batch.maximumSize == 3 && batch.isEmpty)
    let takesLong = batch.append([1, 2, 3, 4], to: peer)
    #expect(!takesLong && batch.isEmpty)
    add([1, 2, 3], to: peer, &batch)
    add([], to: peer, &batch)
    let takesMore = batch.append([], to: peer)
    #expect(!takesMore && batch.isFull && batch.count == 2)
    #expect(batch[0] == .init(bytes: [1, 2, 3], sender: peer))
    batch.removeAll()
    #expect(batch.count == 0)
    add([9], to: peer, &batch)
    #expect(batch[0].bytes == [9])
    for extreme in [Int.min, -1, 0, .max] {
      let clamped = DatagramBatch(capacity: extreme, maximumSize: extreme == .max ? 1 : extreme)
      #expect(clamped.capacity == (extreme == .max ? 1_024 : 1))
    }
  }

  @Test("waiting ends on cancellation, on time-out and on close, and loses no datagram")
  func waitingEnds() async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          var batch = DatagramBatch()
          do {
            try await socket.receive(into: &batch)
            return false
          } catch { return error is CancellationError && batch.isEmpty }
        }
        group.addTask {
          // By then the other one waits.
          await Task.yield()
          return true
        }
        #expect(await group.next() == true)
        group.cancelAll()
        #expect(await group.next() == true)
      }
      var batch = DatagramBatch()
      add([0], to: socket.localAddress, &batch)
      await #expect {
        try await socket.receive(into: &batch, timeout: .milliseconds(1))
      } throws: { error in
        "\(error)".hasPrefix("receive \(socket.localAddress): timed out")
      }
      #expect(batch.count == 0)
      try await socket.send([7], to: socket.localAddress)
      // The loop has not told of it yet: only what can be done at once is done.
      #expect(try await socket.receive(into: &batch, timeout: .after(.zero)) == 1)
      #expect(batch[0].bytes == [7])
      socket.close()
      await #expect {
        try await socket.receive(into: &batch)
      } throws: {
        ($0 as? SocketError)?.reason == .closed
      }
      add([0], to: socket.localAddress, &batch)
      await #expect {
        try await socket.send(&batch)
      } throws: {
        ($0 as? SocketError)?.reason == .closed
      }
      #expect(batch.sentCount == 0)
    }
  }

  @Test("who finds no room to send waits until the kernel has some, or its time is over")
  func roomToSend() async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      for _ in 0..<3 {
        var attempts = 0
        try await socket.sending(.seconds(60)) { _ throws(SocketError) in
          attempts += 1
          return attempts == 2
        }
        #expect(attempts == 2)
      }
      await #expect {
        try await socket.sending(.milliseconds(1)) { _ throws(SocketError) in false }
      } throws: {
        ($0 as? SocketError)?.reason == .timedOut(after: .milliseconds(1))
      }
      try await socket.send([1], to: socket.localAddress)
      #expect(try await socket.receive(timeout: .seconds(60)).bytes == [1])
    }
  }

  @Test("a flood does not keep the loop's other tasks from running", arguments: [1, 64])
  func flood(capacity: Int) async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          // Each datagram that is taken is there again before the next look.
          for _ in 0..<capacity { try await socket.send([1], to: socket.localAddress) }
          var batch = DatagramBatch(capacity: capacity)
          var buffer: [UInt8] = []
          while !Task.isCancelled {
            try await socket.receive(into: &batch)
            try await socket.send(&batch)
            let envelope = try await socket.receive(into: &buffer)
            try await socket.send(buffer, to: envelope.sender)
          }
        }
        for _ in 0..<10 { await Task.yield() }
        group.cancelAll()
        do { try await group.waitForAll() } catch is CancellationError {}
      }
    }
  }

  @Test("a batch may be used from another loop and from no loop at all")
  func crossesLoops() async throws {
    try await EventLoop.run { home in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: home)
      try await EventLoop.run { _ in
        var batch = DatagramBatch()
        add([1, 2, 3], to: socket.localAddress, &batch)
        let sent = try await socket.send(&batch)
        let received = try await socket.receive(into: &batch, timeout: .seconds(60))
        #expect(sent == 1 && received == 1)
        #expect(batch[0].bytes == [1, 2, 3])
      }
    }
  }
}
