import Glibc

/// What the user of this machine is called.
enum LoginName {
  /// As the environment says it, which anybody can set.
  static var environment: String? {
    guard let name = getenv("USER"), name.pointee != 0 else { return nil }
    return String(cString: name)
  }

  /// A name in any case.
  static var best: String {
    if let environment { return environment }
    // Called before any other thread could look up another user.
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "guest" }
    return String(cString: name)
  }
}
