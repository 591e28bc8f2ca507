import Testing

@Suite("Strangers of one network", .timeLimit(.minutes(5)))
struct SubnetTests {
  /// Hostile row 100 for IPv6; in a network of its own all addresses of a /64 are this machine's.
  @Test(
    "1,000 connections from as many addresses of one IPv6 /64 have the places of one address",
    .needs(.ip, .python3))
  func strangers() async throws {
    let script = """
      ip link set lo up && ip -6 route add local fd00:0:0:1::/64 dev lo &&
        ip -6 route add local fd00:0:0:2::/64 dev lo || exit 77
      exec python3 "$0" "$1" 1000 16
      """
    let child = try ChildProcess(
      "/usr/bin/unshare", ["-rn", "sh", "-c", script, Tree.script("subnet.py"), try Tree.parley()])
    let finished = try await child.finished(within: .seconds(100))
    if finished.ending == .exited(77) || finished.errors.contains("unshare") {
      // This machine lets nobody have a network of his own.
      return
    }
    #expect(finished.ending == .exited(0), "\(finished.errors)")
  }
}
