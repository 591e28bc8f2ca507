import Glibc
import Testing

/// In networks of their own: what is announced reaches nobody, and firewalls stop nothing else.
@Suite("parley doctor in a network of its own", .needs(.ip, .nft))
struct DoctorTests {
  /// One more interface than loopback, with addresses of both families.
  private static let network = """
    echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
    ip link set lo up; ip link add there type bridge && ip link set there up || exit 77
    ip addr add 10.7.0.1/24 brd + dev there
    until ip -6 addr show dev there scope link | grep -q inet6; do sleep 0.05; done

    """

  /// Runs the doctor behind a firewall; nil when this machine lets nobody have a network of his own.
  private func examine(_ setting: String) async throws -> Finished? {
    let script = Self.network + setting + "\nexec \"$0\" doctor --timeout 0.5"
    let child = try ChildProcess(
      "/usr/bin/unshare", ["-rn", "sh", "-c", script, try Tree.parley()])
    let finished = try await child.finished()
    if finished.ending == .exited(77) || finished.errors.contains("unshare") { return nil }
    return finished
  }

  private func lines(_ finished: Finished, _ word: String) -> [Substring] {
    finished.text.split(separator: "\n").filter { $0.contains(word) }
  }

  @Test("all is well where nothing is in the way")
  func well() async throws {
    guard let finished = try await examine("") else { return }
    #expect(finished.ending == .exited(0), "\(finished)")
    // Loopback's group, and all three ways of the other interface.
    #expect(lines(finished, "came back").count == 4, "\(finished)")
    #expect(lines(finished, "BLOCKED").isEmpty, "\(finished)")
  }

  private func chain(_ hook: String, _ rule: String) -> String {
    """
    nft add table inet t && nft add chain inet t c '{ type filter hook \(hook) priority 0; }' || exit 77
    nft add rule inet t c \(rule)
    """
  }

  @Test("groups that a firewall drops on input: that cause, and for groups alone")
  func input() async throws {
    let rules =
      chain("input", "ip daddr 239.0.0.0/8 drop")
      + "\nnft add rule inet t c ip6 daddr ff12::/16 drop"
    guard let finished = try await examine(rules) else { return }
    #expect(finished.ending == .exited(1), "\(finished)")
    let blocked = lines(finished, "BLOCKED: ")
    #expect(blocked.count == 3, "\(finished)")
    for line in blocked { #expect(line.contains("group") && line.contains("on input"), "\(line)") }
    #expect(lines(finished, "broadcast from 10.7.0.1: well").count == 1, "\(finished)")
  }

  @Test("what a firewall rejects on output: that cause")
  func output() async throws {
    let rule = "udp dport 7079 drop"
    guard let finished = try await examine(chain("output", rule)) else { return }
    #expect(finished.ending == .exited(1), "\(finished)")
    let blocked = lines(finished, "BLOCKED: ")
    #expect(blocked.count == 4, "\(finished)")
    for line in blocked { #expect(line.contains("rejects on output"), "\(line)") }
  }

  @Test("an interface without addresses, one that is down, and no network at all")
  func nothing() async throws {
    let setting = """
      ip addr flush dev there; ip link add idle type bridge
      """
    guard let finished = try await examine(setting) else { return }
    #expect(finished.ending == .exited(1), "\(finished)")
    #expect(lines(finished, "has no address").count == 1, "\(finished)")
    #expect(lines(finished, "interface is down").count == 1, "\(finished)")
    #expect(lines(finished, "no network but its own").count == 1, "\(finished)")
  }

  @Test("two of them hear each other")
  func two() async throws {
    let setting = """
      "$0" doctor --timeout 30 > /dev/null & other=$!
      until "$0" doctor --timeout 0.5 | grep "another 'parley doctor' at 10.7.0.1"; do :; done
      kill $other
      """
    guard let finished = try await examine(setting) else { return }
    #expect(finished.text.contains("Heard another"), "\(finished)")
  }
}
