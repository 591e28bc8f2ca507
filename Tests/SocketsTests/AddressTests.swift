import Sockets
import Testing

@Suite("what a user types as an address")
struct AddressTests {
  @Test(
    "host and port are told apart",
    arguments: [
      ("localhost:8080", "localhost", 8080), ("h", "h", 0), ("h:0", "h", 0), (":80", "", 80),
      ("1.2.3.4:7", "1.2.3.4", 7), ("h : 80", "h ", 80), ("  h:80\n", "h", 80), ("h: 80", "h", 80),
      ("h:0080", "h", 80), ("h:65535", "h", 65535), ("a b:1", "a b", 1),
      ("[::1]:80", "::1", 80), ("[::1]", "::1", 0), ("::1", "::1", 0), ("::", "::", 0),
      ("[2001:DB8::0001]:80", "2001:db8::1", 80), ("::1:80", "::1:80", 0),
      ("fe80::1%eth0", "fe80::1%eth0", 0), ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
      ("[fe80::1%2]:80", "fe80::1%2", 80), ("::ffff:1.2.3.4", "::ffff:1.2.3.4", 0),
      ("8080", "", 8080), (" 8080 ", "", 8080), ("0", "", 0), ("-1", "-1", 0),
      ("é.example:1", "é.example", 1),
      ("example.com.", "example.com.", 0), ("1.example", "1.example", 0), ("x1", "x1", 0),
    ])
  func hostAndPort(text: String, host: String, port: UInt16) throws {
    let address = try Address(text)
    #expect(address.host?.description == host)
    #expect(address.port == port)
    #expect(try Address(address.description) == address)
  }

  @Test("an explicit port wins, port 0 does not, and a port alone means every IPv4 address")
  func explicitPort() throws {
    #expect(try Address("127.0.0.1", port: 8080) == Address("127.0.0.1:8080"))
    #expect(try Address("1.2.3.4:7", port: 5) == Address("1.2.3.4:5"))
    #expect(try Address("1.2.3.4:7", port: 0) == Address("1.2.3.4:7"))
    #expect(try Address("::1", port: 5) == Address("[::1]:5"))
    #expect(try Address(port: 8080) == Address("0.0.0.0:8080"))
    #expect(try Address() == Address("0.0.0.0:0"))
    #expect(try Address(port: 8080).target == .host(.ipv4(.any), port: 8080))
  }

  @Test("digits alone are a port on all addresses")
  func barePort() throws {
    #expect(try Address("7000").target == .host(.any, port: 7000))
    #expect(try Address("7000") == Address(":7000"))
  }

  @Test(
    "what is wrong is named",
    arguments: [
      ("h:70000", .portOutOfRange), ("h:-1", .portOutOfRange), ("70000", .portOutOfRange),
      ("h:99999999999999999999999", .portOutOfRange), ("[::1]:65536", .portOutOfRange),
      ("h:", .portNotANumber), ("h:x", .portNotANumber), ("h:8_0", .portNotANumber),
      ("h:+80", .portNotANumber), ("h:٨٠", .portNotANumber), ("h:８０", .portNotANumber),
      ("h:8 0", .portNotANumber), ("h:0x50", .portNotANumber), ("h:8\u{301}", .portNotANumber),
      ("h:-", .portNotANumber), ("[::1]:", .portNotANumber), (":", .portNotANumber),
      ("", .empty), (" \t\r\n", .empty),
      ("h:1:2", .notIPv6), ("1.2.3.4:5:6", .notIPv6), ("::1::", .notIPv6), ("h::", .notIPv6),
      ("[::1", .brackets), ("[h]:80", .brackets), ("[1.2.3.4]:80", .brackets), ("[]:80", .brackets),
      ("[::1]80", .brackets), ("[::1] :80", .brackets), ("[[::1]]:80", .brackets),
      ("256.1.1.1", .notIPv4), ("1.2.3", .notIPv4), ("127.1:80", .notIPv4), ("01.2.3.4", .notIPv4),
      ("0x7f000001", .notIPv4), ("1.2.3.0x4:1", .notIPv4), ("h.5", .notIPv4),
      ("1.2.3.4.", .notIPv4),
      ("fe80::1%", .scope), ("[fe80::1%]:1", .scope), ("fe80::1%eth0:80", .scope),
      ("fe80::1%a/b", .scope), ("fe80::1%sixteen-letters!", .scope), ("fe80::1%a b", .scope),
      ("h\0:80", .controlCharacter), ("a\u{1b}[2J", .controlCharacter),
      ("a\tb:1", .controlCharacter),
      (String(repeating: "a", count: 256), .hostTooLong),
      ("unix:", .unixPath), ("unix:@", .unixPath), ("unix:a\0b", .unixPath),
      ("unix:@a\0b", .unixPath),
      ("unix:" + String(repeating: "a", count: 108), .unixPath),
    ] as [(String, AddressError.Reason)])
  func errors(text: String, reason: AddressError.Reason) {
    #expect { try Address(text) } throws: { error in
      guard let error = error as? AddressError else { return false }
      #expect(!error.description.utf8.contains { $0 < 0x20 })
      return error.reason == reason && error.text == text
    }
  }

  @Test(
    "a port outside the range is refused wherever it comes from",
    arguments: [70000, -1, .max, .min])
  func explicitPortOutOfRange(port: Int) {
    #expect { try Address("h", port: port) } throws: { error in
      "\(error)" == "address \"h, \(port)\": Port number must be in the range 0-65535"
    }
  }

  @Test("an error is one line that names the text and the reason")
  func errorText() {
    #expect { try Address("h:70000") } throws: { error in
      "\(error)" == #"address "h:70000": Port number must be in the range 0-65535"#
    }
    #expect { try Address("h\u{1b}[2J\u{202e}") } throws: { error in
      "\(error)" == #"address "h\u{1b}[2J\u{202e}": Host contains a control character"#
    }
    #expect { try Address(String(repeating: "a", count: 100_000)) } throws: { error in
      "\(error)".utf8.count < 200
    }
  }

  @Test("Unix-domain addresses are paths or abstract names")
  func unix() throws {
    #expect(try Address("unix:/run/x").target == .unix(#require(UnixAddress(path: "/run/x"))))
    #expect(try Address("unix:@x:1").target == .unix(#require(UnixAddress(abstract: "x:1"))))
    #expect(try Address("unix:80").target == .unix(#require(UnixAddress(path: "80"))))
    #expect(try Address("unix:/run/x", port: 0).description == "unix:/run/x")
    #expect(try Address("unix:@x").description == "unix:@x")
    #expect(try Address("unix:/x").port == nil)
    #expect(try Address("unix:" + String(repeating: "a", count: 107)).host == nil)
    #expect(
      try UnixAddress(path: "@x").map { try Address("\($0)").target } == Address("unix:./@x").target
    )
    #expect { try Address("unix:/x", port: 5) } throws: {
      ($0 as? AddressError)?.reason == .portOfUnixAddress
    }
  }

  @Test("no text traps, and what is read is written and read again as the same")
  func anyText() {
    var random = Seeded(seed: 14)
    let pieces = [
      "[", "]", ":", "::", "%", ".", "1", "0", "99999", "-", "+", "h", "fe80", "unix", "@", "/",
      " ",
      "\t", "\0", "\r\n", "é", "\u{301}", "1.2.3.4", "eth0", "0x", "🙂",
    ]
    for _ in 0..<20_000 {
      let count = Int(random.next() % 9)
      let text = (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      guard let address = try? Address(text) else { continue }
      // Line ends in a path are legal; they are shown as escapes.
      guard !address.description.contains("\\") else { continue }
      #expect((try? Address(address.description)) == address, "\(text.debugDescription)")
    }
  }
}
