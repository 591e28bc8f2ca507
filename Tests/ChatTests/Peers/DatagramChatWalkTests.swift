import Chat
import Sockets
import Testing
import Wire

@Suite("walks of chats by datagrams")
struct DatagramChatWalkTests {
  /// Several people and a network that doubles and delays.
  private struct Net {
    var people: [DatagramScript]
    var onTheWay: [(bytes: [UInt8], from: Int, to: Int)] = []

    init(_ count: Int) {
      people = (0..<count).map { number in
        DatagramScript(
          "P\(number)", own: [.peer(number)], peers: (0..<number).map { .peer($0) })
      }
      for number in 0..<count { collect(number) }
    }

    /// Takes what somebody has sent.
    mutating func collect(_ number: Int) {
      for (bytes, endpoints) in people[number].sent {
        for endpoint in endpoints {
          guard let to = people.indices.first(where: { SocketAddress.peer($0) == endpoint })
          else { continue }
          onTheWay.append((bytes, number, to))
        }
      }
      people[number].sent = []
    }

    mutating func deliver(_ index: Int, keeping: Bool) {
      let datagram = onTheWay[index]
      if !keeping { onTheWay.remove(at: index) }
      people[datagram.to].receive(datagram.bytes, from: .peer(datagram.from))
      collect(datagram.to)
    }
  }

  @Test(
    "every text is shown exactly once by everybody, however it is doubled and swapped",
    arguments: 0..<20)
  func exactlyOnce(seed: UInt64) {
    var random = Seeded(seed: seed)
    var net = Net(5)
    // Everybody has been heard, or was named.
    while !net.onTheWay.isEmpty { net.deliver(0, keeping: false) }
    for number in net.people.indices.reversed() {
      for word in ["a", "b"] {
        net.people[number].type("\(word)\(number)")
        net.collect(number)
        while !net.onTheWay.isEmpty { net.deliver(0, keeping: false) }
      }
    }
    for number in net.people.indices { net.people[number].shown = [] }
    var said: [(by: Int, text: String)] = []
    for step in 0..<200 {
      if Bool.random(using: &random) {
        let number = Int.random(in: 0..<5, using: &random)
        // Some say the same words again.
        let text = "text \(step / 3)"
        net.people[number].type(text)
        net.collect(number)
        said.append((number, text))
      } else if let index = net.onTheWay.indices.randomElement(using: &random) {
        net.deliver(index, keeping: Int.random(in: 0..<4, using: &random) == 0)
      }
      if step % 20 == 0 {
        for number in net.people.indices { net.people[number].wait(.milliseconds(100)) }
      }
    }
    while let index = net.onTheWay.indices.randomElement(using: &random) {
      net.deliver(index, keeping: false)
    }
    for number in net.people.indices {
      let expected = said.map {
        $0.by == number ? "P\($0.by) (own): \($0.text)" : "P\($0.by): \($0.text)"
      }
      #expect(net.people[number].takeShown().sorted() == expected.sorted())
    }
  }

  @Test("any bytes from anybody never make it send, and what is kept is bounded", arguments: 0..<20)
  func anything(seed: UInt64) {
    var random = Seeded(seed: seed)
    var alice = DatagramScript("Alice", peers: [.peer(0)])
    alice.sent = []
    let words = [
      "[2026-11-21T03:17:49.286345] ", "[", "]", "Bob", ":\n\t", "<LEAVES THE CHAT>",
      "<JOINS THE CHAT>", "Streamer", "Number 7", "Number 99999999999999999999", "\u{1b}[2J", "è",
      "[2026-11-21T03:17:49] ",
    ]
    for _ in 0..<1500 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.append(.random(in: 0...255, using: &random))
        case 1: bytes += DatagramScript.text("Bob", "<LEAVES THE CHAT>").shuffled(using: &random)
        default: bytes += Array((words.randomElement(using: &random) ?? "").utf8)
        }
      }
      let source = SocketAddress.peer(Int.random(in: 0..<2000, using: &random))
      alice.receive(bytes, from: source, isCut: Int.random(in: 0..<9, using: &random) == 0)
      if Int.random(in: 0..<50, using: &random) == 0 { alice.wait(.seconds(30)) }
    }
    #expect(alice.sent.isEmpty)
    alice.shown = []
    alice.type("/who")
    #expect(alice.shown.count <= 1 + 256 + 256 + 32)
  }

  @Test("strangers that are heard once neither hide nor push out anybody")
  func flood() {
    var alice = DatagramScript("Alice", peers: [.peer(0)])
    for number in 1...2 {
      alice.receive(DatagramScript.text("Bob", "hi", microsecond: number), from: .peer(1))
    }
    alice.sent = []
    var sent: [SocketAddress: (datagrams: Int, bytes: Int)] = [:]
    for number in 100..<5100 {
      alice.receive(DatagramScript.text("X\(number)", "x", microsecond: 3), from: .peer(number))
      guard number % 10 == 0 else { continue }
      alice.type("line \(number)")
      for (bytes, endpoints) in alice.sent {
        for endpoint in endpoints {
          sent[endpoint, default: (0, 0)].datagrams += 1
          sent[endpoint, default: (0, 0)].bytes += bytes.count
        }
      }
      alice.sent = []
    }
    #expect(sent.removeValue(forKey: .peer(0))?.datagrams == 500)
    #expect(sent.removeValue(forKey: .peer(1))?.datagrams == 500)
    #expect(sent.values.allSatisfy { $0.datagrams <= 3 && $0.bytes <= 3072 })
    alice.shown = []
    alice.receive(DatagramScript.text("Bob", "still me", microsecond: 7), from: .peer(1))
    #expect(alice.takeShown() == ["Bob: still me"])
  }
}
