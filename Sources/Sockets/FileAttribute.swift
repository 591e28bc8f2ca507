internal import CLinux

/// A few bytes that a file carries with it, beside its content; where the file system has none, nothing.
package enum FileAttribute {
  /// The value of an attribute of the file at a path; nil when there is none, or it is too long.
  ///
  /// The corresponding C function is `getxattr`.
  package static func value(of name: String, at path: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 1024)
    let count = getxattr(path, name, &value, value.count)
    return count < 0 ? nil : Array(value.prefix(count))
  }

  /// Gives an open file an attribute, or takes it away with nil.
  ///
  /// The corresponding C functions are `fsetxattr` and `fremovexattr`.
  package static func set(_ name: String, of descriptor: CInt, to value: [UInt8]?) {
    guard let value, value.count <= 1024 else {
      _ = fremovexattr(descriptor, name)
      return
    }
    _ = fsetxattr(descriptor, name, value, value.count, 0)
  }
}
