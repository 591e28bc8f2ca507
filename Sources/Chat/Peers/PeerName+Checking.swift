package import Rooms

extension PeerName {
  /// The most bytes that a name of our own may have.
  package static let limit = 64

  /// What somebody wants to be called, as it is sent and shown.
  ///
  /// - Throws: Why it will not do.
  package static func check(_ line: [UInt8]) throws(NameRefusal) -> String {
    guard let name = String(validating: line, as: UTF8.self) else { throw .control }
    return try Nick.checkWords(of: name, byteLimit: limit)
  }
}
