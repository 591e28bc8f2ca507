import Glibc
import Testing

/// A program of somebody else's that a test talks to.
///
/// A test names its peers with the trait ``needs(_:)``. Where one is missing the test is reported as not
/// run; with CI=true it runs, and fails when it looks for the peer.
enum Peer: String, CaseIterable {
  case nc, ncat, telnet, socat, plink, strace, python3, curl, ip, nft, bash, zsh, fish, groff
  /// The Python that has pyte, see scripts/requirements.txt.
  case pyte

  /// The path of the program.
  func find() throws -> String {
    guard let path else { throw ToolError("\(rawValue) is not installed; run scripts/setup") }
    return path
  }

  var path: String? {
    switch self {
    // Other packages bring an nc of other habits.
    case .nc: Self.search("nc.openbsd") ?? Self.search("nc")
    // The shims of version managers take longer to start than our programs take to run.
    case .python3: Self.existing("/usr/bin/python3") ?? Self.search("python3")
    case .pyte: Self.existing(Tree.root + "/.build/venv/bin/python")
    default: Self.search(rawValue)
    }
  }

  private static func search(_ name: String) -> String? {
    guard let folders = getenv("PATH") else { return nil }
    return String(cString: folders).split(separator: ":").lazy
      .compactMap { existing("\($0)/\(name)") }.first
  }

  private static func existing(_ path: String) -> String? {
    access(path, X_OK) == 0 ? path : nil
  }
}

extension Trait where Self == ConditionTrait {
  /// The peers without which a test cannot run.
  static func needs(_ peers: Peer...) -> Self {
    let missing = peers.filter { $0.path == nil }.map(\.rawValue).joined(separator: ", ")
    let mustRun = getenv("CI").map { String(cString: $0) == "true" } ?? false
    return .enabled(if: missing.isEmpty || mustRun, "not installed: \(missing)")
  }
}
