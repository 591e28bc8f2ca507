import Glibc
import Testing

/// A `parley serve` that cannot start says why, in one line, and scripts can tell.
@Suite("Starting a server")
struct ServeStartTests {
  private func serve(_ arguments: String...) async throws -> (
    errors: String, ending: ChildProcess.Ending
  ) {
    let child = try ChildProcess(try Tree.parley(), ["serve"] + arguments)
    let ending = try await child.ending()
    #expect(child.transcript().isEmpty)
    return (String(decoding: child.transcript(.errors), as: UTF8.self), ending)
  }

  @Test("a port in use ends with 4", arguments: [[], ["--relay"]])
  func portInUse(options: [String]) async throws {
    let first = try await RunningServer(["any"], options)
    let address = "127.0.0.1:\(first.ports[0])"
    let second = try ChildProcess(try Tree.parley(), ["serve", address] + options)
    #expect(try await second.ending() == .exited(4))
    let errors = String(decoding: second.transcript(.errors), as: UTF8.self)
    #expect(errors == "parley serve: listen \(address): Address already in use\n")
  }

  @Test(
    "an address that does not parse ends with 2",
    arguments: [
      ("localhost:70000", "Port number must be in the range 0-65535"),
      ("localhost:http", "Port is not a number"),
      ("1.2.3.400:7000", "Not an IPv4 address"), ("::1:x:7000", "Not an IPv6 address"),
      ("unix:", "Unix path or name must have 1-107 bytes"),
    ])
  func unreadable(address: String, reason: String) async throws {
    let (errors, ending) = try await serve(address)
    #expect(ending == .exited(2))
    #expect(errors.hasPrefix("parley serve: address \"\(address)\": \(reason)"), "\(errors)")
    #expect(isOneLine(errors))
  }

  @Test("a host that does not resolve ends with 11")
  func unresolvable() async throws {
    let (errors, ending) = try await serve("nosuch.invalid:7000")
    #expect(ending == .exited(11))
    #expect(errors.hasPrefix("parley serve: resolve nosuch.invalid: "), "\(errors)")
    #expect(isOneLine(errors))
  }

  @Test("an address of another machine, or a path in no folder, ends with 4")
  func elsewhere() async throws {
    let machine = try await serve("192.0.2.1:0", "--open")
    #expect(
      machine == ("parley serve: listen 192.0.2.1:0: Cannot assign requested address\n", .exited(4))
    )
    let path = try await serve("unix:/no/such/folder/socket")
    #expect(
      path == (
        "parley serve: listen unix:/no/such/folder/socket: No such file or directory\n", .exited(4)
      ))
  }

  @Test("a path of something else than a socket ends with 4 and stays what it is")
  func precious() async throws {
    let path = "/tmp/parley-test-\(getpid())-precious"
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    defer {
      close(file)
      unlink(path)
    }
    #expect(write(file, "text", 4) == 4)
    let (errors, ending) = try await serve("unix:\(path)")
    #expect(errors == "parley serve: listen unix:\(path): Address already in use\n")
    #expect(ending == .exited(4))
    var information = stat()
    #expect(stat(path, &information) == 0 && information.st_size == 4)
  }

  @Test("a socket file is its owner's alone, is taken over when left behind, and goes in the end")
  func socketFile() async throws {
    let path = "/tmp/parley-test-\(getpid())-socket"
    var information = stat()
    func listen() async throws -> ChildProcess {
      let server = try ChildProcess(try Tree.parley(), ["serve", "unix:\(path)"])
      try await server.expect("Ctrl+C ends it.\n", from: .errors)
      #expect(stat(path, &information) == 0 && information.st_mode & 0o777 == 0o600)
      return server
    }
    let first = try await listen()
    let (errors, ending) = try await serve("unix:\(path)")
    #expect(errors == "parley serve: listen unix:\(path): Address already in use\n")
    #expect(ending == .exited(4))
    first.signal(SIGKILL)
    #expect(try await first.ending() == .killed(SIGKILL))
    let second = try await listen()
    second.signal(SIGTERM)
    #expect(try await second.ending() == .exited(0))
    #expect(stat(path, &information) != 0)
  }

  @Test(
    "what others can reach is refused with an explanation, unless it is open",
    arguments: ["0.0.0.0:0", "[::]:0", "0"], [[], ["--relay"]])
  func protected(address: String, options: [String]) async throws {
    let child = try ChildProcess(try Tree.parley(), ["serve", address] + options)
    #expect(try await child.ending() == .exited(2))
    let errors = String(decoding: child.transcript(.errors), as: UTF8.self)
    #expect(errors.contains("can be reached from other machines"), "\(errors)")
    #expect(errors.contains("Say --open"), "\(errors)")
    #expect(isOneLine(errors))
  }

  @Test("an abstract name, which every user can reach, is refused as well")
  func abstract() async throws {
    let (errors, ending) = try await serve("unix:@parley-test-nobody")
    #expect(ending == .exited(2))
    #expect(errors.contains("can be reached by every user of this machine"), "\(errors)")
    #expect(isOneLine(errors))
  }

  @Test("opened, it says what that means, and serves")
  func opened() async throws {
    let child = try ChildProcess(try Tree.parley(), ["serve", "0.0.0.0:0", "--open"])
    let welcome = try await child.expect("Ctrl+C ends it.\n", from: .errors)
    #expect(welcome.contains("parley serves 0.0.0.0:"))
    #expect(welcome.contains("Open to other machines: all of it is plain text on the network."))
    child.signal(2)
    #expect(try await child.ending() == .exited(0))
  }

  @Test("an unknown option ends with 2 and is named")
  func unknownOption() async throws {
    let (errors, ending) = try await serve("--opne")
    #expect(ending == .exited(2))
    #expect(
      errors == """
        parley serve: there is no option --opne; did you mean --open?
        Try 'parley help serve'.

        """)
  }

  private func isOneLine(_ text: String) -> Bool {
    text.utf8.count { $0 == UInt8(ascii: "\n") } == 1 && text.hasSuffix("\n")
  }
}
