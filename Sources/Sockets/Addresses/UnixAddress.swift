/// Where a Unix-domain socket lives: a path of the file system, an abstract name, or nowhere.
///
/// Abstract names are Linux's own: they are no files, need no clean-up, and have no permissions, so
/// every process of the same network namespace can connect. A socket that was never bound, such as the
/// client's end of most connections, is ``unnamed``. See `unix(7)`.
public struct UnixAddress: Hashable, Sendable, CustomStringConvertible {
  /// The longest path or abstract name, in bytes.
  public static let maximumLength = 107

  /// The address of a socket that was never bound.
  public static let unnamed = UnixAddress(kernelBytes: [])

  /// What stands in `sun_path`, without the terminating zero of a path.
  ///
  /// The first byte of an abstract name is zero; no bytes at all mean unnamed.
  let kernelBytes: [UInt8]

  /// Makes the address of a socket file.
  ///
  /// - Parameter path: 1 to 107 bytes without a zero byte, absolute or relative to the current
  ///   directory; otherwise the result is `nil`.
  public init?(path: some Collection<UInt8>) {
    guard (1...Self.maximumLength).contains(path.count), !path.contains(0) else { return nil }
    kernelBytes = Array(path)
  }

  /// Makes the address of a socket file.
  ///
  /// - Parameter path: 1 to 107 bytes of UTF-8 without a zero byte; otherwise the result is `nil`.
  public init?(path: String) {
    self.init(path: path.utf8)
  }

  /// Makes an address in Linux's abstract namespace.
  ///
  /// - Parameter abstract: The name without its leading zero byte: 1 to 107 bytes of any kind;
  ///   otherwise the result is `nil`.
  public init?(abstract: some Collection<UInt8>) {
    guard (1...Self.maximumLength).contains(abstract.count) else { return nil }
    kernelBytes = [0] + abstract
  }

  /// Makes an address in Linux's abstract namespace.
  ///
  /// - Parameter abstract: The name, 1 to 107 bytes of UTF-8; otherwise the result is `nil`.
  public init?(abstract: String) {
    self.init(abstract: abstract.utf8)
  }

  init(kernelBytes: [UInt8]) {
    self.kernelBytes = kernelBytes
  }

  /// The bytes of the path, or `nil` when the socket is abstract or unnamed.
  public var path: [UInt8]? {
    guard let first = kernelBytes.first, first != 0 else { return nil }
    return kernelBytes
  }

  /// The bytes of the abstract name without its leading zero, or `nil` when there is none.
  public var abstract: [UInt8]? {
    kernelBytes.first == 0 ? Array(kernelBytes.dropFirst()) : nil
  }

  /// `unix:PATH` or `unix:@NAME`, and `unix:` for an unnamed socket.
  ///
  /// What a terminal could obey is written as `\xNN`, because a local peer chooses its own name. A path
  /// that begins with `@` is written as `./@…`, so that it is not taken for an abstract name.
  public var description: String {
    if let abstract { return "unix:@\(printable(abstract))" }
    let escape = kernelBytes.first == UInt8(ascii: "@") ? "./" : ""
    return "unix:\(escape)\(printable(kernelBytes))"
  }
}
