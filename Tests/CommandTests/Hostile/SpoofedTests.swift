import Testing

@Suite("Forged datagrams", .timeLimit(.minutes(5)))
struct SpoofedTests {
  /// In a network of its own the port is nobody else's, and nft may count.
  @Test(
    "10,000 strangers get three datagrams each at most, 32 at a time, and the peers lose nothing",
    .needs(.ip, .nft, .python3))
  func strangers() async throws {
    let script = """
      ip link set lo up && nft list tables || exit 77
      exec python3 "$0" "$1" 9000
      """
    let child = try ChildProcess(
      "/usr/bin/unshare",
      ["-rn", "sh", "-c", script, Tree.script("spoofed.py"), try Tree.parley()])
    let finished = try await child.finished(within: .seconds(100))
    if finished.ending == .exited(77) || finished.errors.contains("unshare") {
      // This machine lets nobody have a network of his own.
      return
    }
    #expect(finished.ending == .exited(0), "\(finished.errors)")
  }
}
