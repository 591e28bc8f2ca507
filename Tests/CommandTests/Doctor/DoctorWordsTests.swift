import Chat
import Glibc
import Sockets
import Testing
import Wire

@testable import parley

@Suite("What parley doctor says")
struct DoctorWordsTests {
  private let link = DiscoveryLink(
    "eth0", index: 2, .group(IPv4Address(10, 0, 0, 1), prefix: 24))

  private func line(_ result: Finding.Result) -> String {
    DoctorWords.line(for: Finding(link: link, result: result))
  }

  @Test(
    "names the cause of what the kernel refuses",
    arguments: [
      (EPERM, "local firewall"), (EACCES, "local firewall"), (ENETUNREACH, "no route"),
      (ENETDOWN, "gone down"), (EADDRNOTAVAIL, "not ready"), (EIO, "Input/output error"),
    ])
  func unsent(code: CInt, words: String) {
    let line = line(.unsent(SocketError(operation: "send", code: code)))
    #expect(line.contains("BLOCKED"))
    #expect(line.contains(words), "\(line)")
  }

  @Test(
    "names the cause of what cannot be opened",
    arguments: [(EADDRINUSE, "somebody else"), (ENODEV, "just gone"), (EAFNOSUPPORT, "no IPv6")])
  func unopened(code: CInt, words: String) {
    let line = line(.unopened(SocketError(operation: "bind", code: code)))
    #expect(line.contains("BLOCKED"))
    #expect(line.contains(words), "\(line)")
  }

  @Test("what was sent and did not come back is the input firewall's")
  func silent() {
    #expect(line(.silent).contains("BLOCKED"))
    #expect(line(.silent).contains("on input"))
    #expect(!line(.cameBack).contains("BLOCKED"))
  }

  @Test("a machine that reaches nobody but itself is not well")
  func alone() throws {
    let all = try NetworkInterface.all()
    let loopback = try #require(all.first { $0.isLoopback })
    let own = DiscoveryLink.all(of: loopback).map { Finding(link: $0, result: .cameBack) }
    #expect(DoctorWords.isBlocked([loopback], own))
    let text = DoctorWords.report([loopback], own, [], after: "1 s")
    #expect(text.contains("no network but its own"), "\(text)")
    let away = DiscoveryLink(
      "eth0", index: loopback.index + 1, .group(IPv4Address(10, 0, 0, 1), prefix: 24))
    #expect(!DoctorWords.isBlocked([loopback], own + [Finding(link: away, result: .cameBack)]))
    #expect(DoctorWords.isBlocked([loopback], own + [Finding(link: away, result: .silent)]))
  }

  @Test("names of others are made safe")
  func safe() {
    let beacon = Beacon(.udp, port: 8080, instance: 1, name: "e\u{1b}[2Jve")
    let peer = HeardPeer(beacon, at: .ipv4(IPv4Address(10, 0, 0, 2), port: 7079))
    let line = DoctorWords.line(for: peer)
    #expect(!line.unicodeScalars.contains("\u{1b}"))
    #expect(line.contains("10.0.0.2:8080"))
  }
}
