import Glibc

/// The file of a listening socket, which stays behind unless somebody removes it.
///
/// It is known by its device and inode, because its path may have become somebody else's meanwhile.
package struct SocketFile: Sendable {
  private let path: [CChar]
  private let device: dev_t
  private let inode: ino_t

  /// Looks at the file that binding to an address has just made; nil when there is none.
  package init?(_ address: SocketAddress) {
    guard let bytes = address.socketFile else { return nil }
    // A path need not be text.
    path = bytes.map { CChar(bitPattern: $0) } + [0]
    guard let found = Self.look(path) else { return nil }
    (device, inode) = (found.st_dev, found.st_ino)
  }

  /// Removes it, best before the socket is closed: nobody takes over a path that is listened on.
  ///
  /// Whatever else is at the path by now stays. The corresponding C function is `unlink`.
  package func remove() {
    guard let found = Self.look(path), found.st_dev == device, found.st_ino == inode else { return }
    _ = unlink(path)
  }

  /// What the file system knows of a path where a socket is.
  private static func look(_ path: [CChar]) -> stat? {
    var information = stat()
    guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFSOCK else {
      return nil
    }
    return information
  }
}
