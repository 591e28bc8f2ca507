import Glibc

/// Where things are: the source tree and what was built from it.
enum Tree {
  /// The folder of Package.swift.
  static let root: String = {
    var path = #filePath
    for _ in 0..<4 { path = parent(of: path) }
    return path
  }()

  /// The `parley` built with these tests, or the one that PARLEY_BINARY names: ./check puts a release
  /// build there, because optimised code can fail where debug code does not.
  static func parley() throws -> String {
    if let named = getenv("PARLEY_BINARY") {
      let path = String(cString: named)
      guard access(path, X_OK) == 0 else { throw ToolError("\(path) is not there") }
      return path
    }
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    guard length > 0 else { throw ToolError("readlink /proc/self/exe", errno) }
    let tests = String(decoding: buffer[..<length], as: UTF8.self)
    let path = parent(of: tests) + "/parley"
    guard access(path, X_OK) == 0 else { throw ToolError("\(path) is not there") }
    return path
  }

  /// One of our own test programs in Tests/CommandTests/Peers.
  static func script(_ name: String) -> String { "\(root)/Tests/CommandTests/Peers/\(name)" }

  /// What is in a file of the tree.
  static func text(of path: String) throws -> String {
    guard let file = fopen("\(root)/\(path)", "r") else { throw ToolError("open \(path)", errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func parent(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  /// The most memory that a client may take, in KiB, however much it carries: 16 MiB optimised.
  ///
  /// Unoptimised code and the sanitizer take some of their own.
  static var memoryLimit: Int {
    if getenv("PARLEY_BINARY") != nil { return 16_384 }
    return isSanitized ? 1 << 20 : 24_000
  }

  /// Whether the program was built with the thread sanitizer, which takes memory and files of its own.
  static var isSanitized: Bool {
    ((try? parley()) ?? "").utf8.split(separator: UInt8(ascii: "/")).contains {
      $0.elementsEqual("thread".utf8)
    }
  }
}
