import Glibc
import Sockets
import Testing

/// `connect -u` and `listen -u` of the built program.
@Suite("Datagrams of connect and listen", .timeLimit(.minutes(5)))
struct DatagramTests {
  private static let anyPort = Loopback.v4.anyPort

  private func listen(_ options: String...) async throws -> Listening {
    try await Listening(["listen", "-u", Self.anyPort] + options)
  }

  private func connect(_ address: String, _ options: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["connect", "-u", address] + options)
  }

  @Test(
    "each line is a datagram with its end, and the last one needs none", arguments: [[], ["-C"]])
  func lines(options: [String]) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let server = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let client = try ChildProcess(
        try Tree.parley(), ["connect", "-u", "\(server.localAddress)"] + options)
      client.feed("one\n\ntwo\r\nthree")
      let end = options.isEmpty ? "\n" : "\r\n"
      for text in ["one\(end)", end, "two\r\n", "three"] {
        #expect(try await server.receive().bytes == Array(text.utf8))
      }
      #expect(try await client.ending() == .exited(0))
    }
  }

  @Test("answers are written as they come, until none comes any more")
  func answers() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let server = try await Datagrams.bind(.ipv6(.loopback, port: 0), on: loop)
      let client = try ChildProcess.parley("connect", "-u", "\(server.localAddress)")
      client.feed("question\n")
      let question = try await server.receive()
      for text in ["an", "", "swer"] { try await server.send(text, to: question.sender) }
      let finished = try await client.finished()
      #expect(finished.text == "answer" && finished.ending == .exited(0))
    }
  }

  @Test("without a terminal and with -q 0 it ends with its input; --send-only as well")
  func noPatience() async throws {
    let server = try await listen()
    for option in [["-q", "0"], ["--send-only"]] {
      let client = try ChildProcess(
        try Tree.parley(), ["connect", "-u", server.place.address] + option)
      client.feed("x\n")
      #expect(try await client.ending() == .exited(0))
    }
    #expect(try await server.end() == .exited(0))
  }

  @Test("nobody there is exit 10 and says so", arguments: ["127.0.0.1", "::1"])
  func refused(host: String) async throws {
    let place = try await EventLoop.run { loop in
      let address = try Address("[\(host)]:0".replacing("[127.0.0.1]", with: "127.0.0.1"))
      let socket = try await Datagrams.bind(address, on: loop)
      return socket.localAddress
    }
    let client = try connect("\(place)")
    client.feed("one\ntwo\n")
    let finished = try await client.finished()
    #expect(finished.ending == .exited(10))
    #expect(
      finished.errors
        == "parley connect: \(place): nobody is there for datagrams: connection refused\n")
  }

  @Test("a line that no datagram carries is exit 1, with its size and the limit")
  func tooLong() async throws {
    let server = try await listen()
    let client = try connect(server.place.address)
    client.feed([UInt8](repeating: 0x61, count: 65_507) + [UInt8](repeating: 0x62, count: 65_508))
    let finished = try await client.finished()
    #expect(finished.ending == .exited(1))
    #expect(
      finished.errors.contains(
        "a line of 131015 bytes is over the limit of 65507 bytes of a datagram"),
      "\(finished.errors)")
    let endless = try connect(server.place.address)
    endless.feed([UInt8](repeating: 0x61, count: 1_000_000))
    let ending = try await endless.finished()
    #expect(ending.ending == .exited(1))
    #expect(ending.errors.contains("a line of more than 65507 bytes"), "\(ending.errors)")
    let largest = try connect(server.place.address, "-q", "0")
    largest.feed([UInt8](repeating: 0x63, count: 65_507))
    #expect(try await largest.ending() == .exited(0))
  }

  @Test("in hexadecimal any byte goes and comes, a line for each datagram")
  func hex() async throws {
    let server = try await listen("--hex")
    let client = try connect(server.place.address, "--hex")
    try client.write("00 0a ff\n")
    try await server.process.expect("000aff\n")
    try server.process.write("dead\n\n")
    try await client.expect("dead\n\n")
    try client.write("abc\n")
    let finished = try await client.finished()
    #expect(finished.ending == .exited(1))
    #expect(finished.errors.contains("half a byte"), "\(finished.errors)")
  }

  @Test("the first who comes is the peer, and nobody else is heard")
  func firstComer() async throws {
    let server = try await listen("-v")
    let first = try connect(server.place.address)
    try first.write("first\n")
    try await server.process.expect("first\n")
    let second = try connect(server.place.address, "-q", "0")
    second.feed("second\n")
    #expect(try await second.ending() == .exited(0))
    try first.write("third\n")
    try await server.process.expect("third\n")
    #expect(server.process.transcript() == Array("first\nthird\n".utf8))
    try server.process.write("answer\n")
    try await first.expect("answer\n")
    #expect(try await server.end() == .exited(0))
  }

  @Test("with -k all are heard, and the input is for all of them")
  func everybody() async throws {
    let server = try await listen("-k")
    let clients = try (0..<3).map { _ in try connect(server.place.address) }
    for (index, client) in clients.enumerated() {
      try client.write("from \(index)\n")
      try await server.process.expect("from \(index)\n")
    }
    try server.process.write("to all\n")
    for client in clients { try await client.expect("to all\n") }
    server.process.closeInput()
    try clients[1].write("still\n")
    try await server.process.expect("still\n")
    #expect(try await server.end() == .exited(0))
  }

  @Test("listening ends -q seconds after the input's end, and with 13 when it is idle for -i")
  func limits() async throws {
    let quitting = try await listen("-q", "0")
    let client = try connect(quitting.place.address, "-q", "0")
    client.feed("x\n")
    try await quitting.process.expect("x\n")
    quitting.process.closeInput()
    #expect(try await quitting.process.ending() == .exited(0))
    let idle = try await listen("-i", "0.05")
    let finished = try await idle.process.finished()
    #expect(finished.ending == .exited(13))
    #expect(finished.errors.contains("nothing sent or received for 50 ms"), "\(finished.errors)")
  }

  @Test("senders from networks that are denied are not heard")
  func denied() async throws {
    let server = try await Listening(
      ["listen", "-u", "-k", Loopback.v4.anyPort, "--deny", "127.0.0.2"])
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let target = try #require(try await Resolver().resolve(Address(server.place.address)).first)
      for last in [2, 3] as [UInt8] {
        let socket = try await Datagrams.bind(
          .ipv4(IPv4Address(127, 0, 0, last), port: 0), on: loop)
        try await socket.send("\(last)\n", to: target)
      }
    }
    try await server.process.expect("3\n")
    #expect(server.process.transcript() == Array("3\n".utf8))
    #expect(try await server.end() == .exited(0))
  }

  @Test(
    "other tools talk with both roles", .needs(.nc, .ncat, .socat),
    arguments: ["nc", "ncat", "socat"])
  func others(name: String) async throws {
    func start(_ server: Place) throws -> ChildProcess {
      let (host, port) = (server.host, server.port)
      return switch name {
      case "nc": try ChildProcess(try Peer.nc.find(), ["-u", host, port])
      case "ncat": try ChildProcess(try Peer.ncat.find(), ["-u", host, port])
      default: try ChildProcess(try Peer.socat.find(), ["-", "UDP:\(host):\(port)"])
      }
    }
    let server = try await listen()
    let client = try start(server.place)
    try client.write("from \(name)\n")
    try await server.process.expect("from \(name)\n")
    try server.process.write("to \(name)\n")
    try await client.expect("to \(name)\n")
    client.signal(SIGKILL)
    _ = try await client.ending()
    #expect(try await server.end() == .exited(0))
  }

  @Test("a group's members hear what is sent to it: two of them on one port")
  func group() async throws {
    let group = "239.255.77.9%lo"
    let first = try await Listening(["listen", "-u", "0", "--group", group])
    let port = first.place.port
    let second = try await Listening(["listen", "-u", port, "--group", group])
    let client = try connect(port, "--group", group)
    try client.write("to the group\n")
    try await first.process.expect("to the group\n")
    try await second.process.expect("to the group\n")
    // Members answer from addresses of their own.
    try second.process.write("a member\n")
    try await client.expect("a member\n")
    #expect(try await first.end() == .exited(0))
    #expect(try await second.end() == .exited(0))
  }

  /// On loopback Linux has no route for IPv6 groups, so this has a network of its own.
  @Test("an IPv6 group works as well, named with its interface", .needs(.ip))
  func groupIPv6() async throws {
    let script = """
      echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
      ip link add there type bridge && ip link set there up || exit 77
      for try in 1 2 3 4 5 6 7 8 9 10; do
        ip -6 addr show dev there scope link | grep -q inet6 && break; sleep 0.1
      done
      for group in ff02::7:7%there ff15::7:7%there; do
        "$0" listen -u 7 --group $group < /dev/null > "$1" 2> "$1.errors" &
        until grep -q listening "$1.errors"; do sleep 0.05; done
        echo hello | "$0" connect -u 7 --group $group -q 0 || exit 1
        until grep -q hello "$1"; do sleep 0.05; done
        kill $!; wait $!; cat "$1"; rm "$1.errors"
      done
      """
    let file = try ScratchFile()
    let child = try ChildProcess(
      "/usr/bin/unshare", ["-rn", "sh", "-c", script, try Tree.parley(), file.path])
    let finished = try await child.finished()
    if finished.ending == .exited(77) || finished.errors.contains("unshare") {
      // This machine lets nobody have a network of his own.
      return
    }
    #expect(finished.text == "hello\nhello\n", "\(finished.errors)")
  }

  @Test("a broadcast needs --broadcast, and all who get it may answer")
  func broadcast() async throws {
    let server = try await Listening(["listen", "-u", "0.0.0.0:0"])
    let address = "127.255.255.255:\(server.place.port)"
    let shy = try connect(address)
    shy.feed("x\n")
    let finished = try await shy.finished()
    #expect(finished.ending == .exited(4))
    #expect(finished.errors.contains("Permission denied"), "\(finished.errors)")
    let loud = try connect(address, "--broadcast")
    try loud.write("to all\n")
    try await server.process.expect("to all\n")
    try server.process.write("heard\n")
    try await loud.expect("heard\n")
    #expect(try await server.end() == .exited(0))
  }

  @Test("words that need -u, and words that it excludes, are refused")
  func usage() async throws {
    for options in [
      ["--broadcast"], ["--group", "239.1.2.3"], ["--hex"], ["-u", "--frame", "u16"],
      ["-u", "--group", "10.0.0.1"], ["-u", "--group", "239.1.2.3%lo"],
    ] {
      let child = try ChildProcess(try Tree.parley(), ["connect", "127.0.0.1:9"] + options)
      child.closeInput()
      #expect(try await child.ending() == .exited(2), "\(options)")
    }
  }
}
