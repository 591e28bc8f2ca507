import Testing

/// Each in networks of its own, see Peers/discover.sh.
@Suite("parley chat --discover", .needs(.ip))
struct DiscoverTests {
  @Test(
    "two machines in one network find each other once, and talk",
    arguments: ["tcp", "udp"], ["4", "6"])
  func found(kind: String, family: String) async throws {
    try await check(kind, family)
  }

  @Test("an interface that is switched on later is used then")
  func later() async throws {
    try await check("tcp", "4", "late")
  }

  private func check(_ kind: String, _ family: String, _ late: String...) async throws {
    let child = try ChildProcess(
      "/usr/bin/unshare",
      ["-rn", "sh", Tree.script("discover.sh"), try Tree.parley(), kind, family] + late)
    let finished = try await child.finished(within: .seconds(60))
    if finished.ending == .exited(77) || finished.errors.contains("unshare") {
      // This machine lets nobody have a network of his own.
      return
    }
    #expect(finished.ending == .exited(0), "\(finished)")
    let lines = finished.text.split(separator: "\n")
    #expect(lines.first?.hasPrefix("found after ") == true, "\(finished)")
    for text in ["bob: hello from bob", "ann: hello from ann"] {
      #expect(lines.filter { $0.contains(text) }.count == 1, "\(finished)")
    }
    // By IPv4 if there is any, and by one way alone.
    let places = lines.filter { $0.contains("ann at ") || $0.contains("bob at ") }
    #expect(places.count == 2, "\(finished)")
    for place in places {
      #expect(place.contains(family == "4" ? "at 10.7.0." : "at [fe80::"), "\(finished)")
    }
  }
}
