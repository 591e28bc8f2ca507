/// What a program of a chat without a server says of itself to everybody in its network.
///
///     "PLYB"  version 01  kind u8  port u16  instance u64  name u8 length + text
///
/// There is one encoding only, of at most ``sizeLimit`` bytes. Nobody signs it: it says where somebody may
/// be, not who.
package struct Beacon: Equatable, Sendable {
  /// What runs at the port.
  package enum Kind: UInt8, CaseIterable, Sendable {
    /// A chat over datagrams.
    case udp = 1
    /// A chat over connections.
    case tcp = 2
    /// Nothing: somebody tries whether announcements arrive. The port is 0.
    case trial = 3
  }

  package let kind: Kind
  /// Where it can be reached at the sender's address; 0 for a trial only.
  package let port: UInt16
  /// Another number for each run of a program.
  package let instance: UInt64
  /// What the person is called; may be empty.
  package let name: String

  package static let nameLimit = 64
  package static let sizeLimit = 17 + nameLimit
  private static let magic = Array("PLYB".utf8)
  private static let version: UInt8 = 1

  /// A name that does not fit is left out.
  ///
  /// - Precondition: The port is 0 for a trial, and for nothing else.
  package init(_ kind: Kind, port: UInt16, instance: UInt64, name: String = "") {
    precondition((kind == .trial) == (port == 0), "a trial alone has no port")
    (self.kind, self.port, self.instance) = (kind, port, instance)
    self.name = name.utf8.count <= Beacon.nameLimit ? name : ""
  }

  /// Reads a whole datagram.
  ///
  /// - Throws: ``WireError`` for everything that ``encode()`` does not write.
  package init(_ bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes, place: "beacon")
    guard try reader.bytes(4) == Beacon.magic else { throw .invalidValue("beacon") }
    let version = try reader.uint8()
    guard version == Beacon.version else { throw .unsupported("beacon version", version) }
    let number = try reader.uint8()
    guard let kind = Kind(rawValue: number) else { throw .unsupported("beacon kind", number) }
    self.kind = kind
    port = try reader.integer()
    guard (kind == .trial) == (port == 0) else { throw .invalidValue("beacon") }
    instance = try reader.integer()
    let length = Int(try reader.uint8())
    guard length <= Beacon.nameLimit else { throw .invalidValue("beacon") }
    name = try reader.text(length)
    try reader.finish()
  }

  package func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.raw(Beacon.magic)
    writer.integer(Beacon.version)
    writer.integer(kind.rawValue)
    writer.integer(port)
    writer.integer(instance)
    writer.integer(UInt8(truncatingIfNeeded: name.utf8.count))
    writer.text(name)
    return writer.bytes
  }
}
