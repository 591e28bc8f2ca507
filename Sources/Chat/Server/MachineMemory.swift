import Glibc

/// How much memory this process may use: the machine's, or less when its control group has less.
enum MachineMemory {
  static let bytes: Int = {
    let pages = sysconf(CInt(_SC_PHYS_PAGES))
    let size = sysconf(CInt(_SC_PAGESIZE))
    let machine = pages > 0 && size > 0 ? pages.multipliedReportingOverflow(by: size) : (0, true)
    let whole = machine.1 ? 1 << 30 : machine.0
    return max(1 << 20, min(whole, group ?? whole))
  }()

  /// The limit of the process's control group, as a container sees it or as systemd sets it.
  private static var group: Int? {
    // Of version 2 there is one line: `0::/path`.
    let path = word(in: "/proc/self/cgroup")
      .split(separator: "\n").first { $0.utf8.starts(with: "0::".utf8) }?.dropFirst(3)
    let files = ["/sys/fs/cgroup\(path ?? "")/memory.max", "/sys/fs/cgroup/memory.max"]
    return files.compactMap { Int(word(in: $0).prefix { $0 != "\n" }) }.min()
  }

  private static func word(in path: String) -> String {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return "" }
    defer { close(number) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(number, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
