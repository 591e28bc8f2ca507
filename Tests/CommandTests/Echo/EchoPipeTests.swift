import Glibc
import Testing

/// Gigabytes through the client, when PARLEY_ECHO_BYTES says so: ./check does, with a release build.
@Suite("parley rand through parley echo", .timeLimit(.minutes(10)))
struct EchoPipeTests {
  private static let size = getenv("PARLEY_ECHO_BYTES").map { String(cString: $0) } ?? "20000000"

  /// Runs the client, and says how much memory it had.
  private static let measured = """
    import os, sys
    client = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    _, status, usage = os.wait4(client, 0)
    print("peak", usage.ru_maxrss, file=sys.stderr)
    sys.exit(os.waitstatus_to_exitcode(status))
    """

  private func run(_ server: EchoServers) async throws {
    let parley = try Tree.parley()
    let script = """
      set -o pipefail
      \(parley) rand --seed 7 | head -c \(Self.size) | tee >(sha256sum >&2) \
      | python3 -c '\(Self.measured)' \(parley) echo \(server.address) | sha256sum
      """
    let pipe = try ChildProcess("/bin/bash", ["-c", script])
    #expect(try await pipe.ending(within: .seconds(600)) == .exited(0))
    let lines = String(decoding: pipe.transcript(.errors), as: UTF8.self).split(separator: "\n")
    let sums = lines.filter { $0.hasSuffix("  -") }.map { "\($0)\n" }
    #expect([String(decoding: pipe.transcript(), as: UTF8.self)] == sums)
    let limit = Tree.memoryLimit
    let peak = lines.compactMap { $0.hasPrefix("peak ") ? Int($0.dropFirst(5)) : nil }
    #expect(peak.count == 1 && peak.allSatisfy { $0 <= limit }, "\(lines)")
    #expect(lines.count == 2, "\(lines)")
  }

  @Test(
    "our server gives every byte back, and neither end needs much memory", .needs(.python3))
  func ours() async throws {
    let server = try await EchoServers.ours()
    try await run(server)
    #expect(try server.process.peakMemory() <= Tree.memoryLimit)
  }

  @Test("so does socat", .needs(.python3, .socat))
  func socat() async throws { try await run(try await .socat()) }

  @Test("so does a Python server that answers in odd pieces", .needs(.python3))
  func python() async throws { try await run(try await .python("odd")) }
}
