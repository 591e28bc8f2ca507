import Sockets

extension Address {
  /// Reads the address of a server: one without a port cannot be connected to.
  init(server text: String) throws {
    self = try Address(text)
    guard port == 0 else { return }
    let isWritten = text.utf8.reversed().starts(with: "0:".utf8) || text == "0"
    throw Complaint(
      isWritten ? "\(text): nobody can be on port 0" : "\(text) has no port, as in \(text):7000",
      .usage)
  }
}
