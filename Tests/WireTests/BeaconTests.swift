import Testing
import Wire

@Suite("Beacon")
struct BeaconTests {
  @Test(
    "is read as it was written", arguments: ["", "ann", "Zoë", String(repeating: "x", count: 64)])
  func roundTrip(name: String) throws {
    for kind in Beacon.Kind.allCases {
      let beacon = Beacon(kind, port: kind == .trial ? 0 : 65_535, instance: .max, name: name)
      let bytes = beacon.encode()
      #expect(bytes.count <= Beacon.sizeLimit)
      #expect(try Beacon(bytes) == beacon)
    }
  }

  @Test("has the bytes of docs/wire.md")
  func golden() throws {
    let beacon = Beacon(.udp, port: 8080, instance: 0x0001_0203_0405_0607, name: "ann")
    let bytes = Array("PLYB".utf8) + [1, 1, 0x1f, 0x90, 0, 1, 2, 3, 4, 5, 6, 7, 3] + "ann".utf8
    #expect(beacon.encode() == bytes)
    let digits = bytes.flatMap { byte in [byte >> 4, byte & 15].map { hexadecimal[Int($0)] } }
    #expect(DocumentTests.bytes.contains(digits), "the document has other bytes")
  }

  private let hexadecimal = Array("0123456789abcdef".utf8)

  @Test("a name that does not fit is left out")
  func longName() {
    #expect(Beacon(.tcp, port: 1, instance: 2, name: String(repeating: "é", count: 33)).name == "")
  }

  @Test("every cut and every byte too many is refused")
  func cuts() throws {
    let bytes = Beacon(.tcp, port: 7, instance: 9, name: "bob").encode()
    for count in bytes.indices {
      #expect(throws: WireError.self) { try Beacon(Array(bytes.prefix(count))) }
    }
    #expect(throws: WireError.self) { try Beacon(bytes + [0]) }
  }

  @Test("one changed byte is refused, or is another beacon with one encoding", arguments: 0..<20)
  func changed(place: Int) throws {
    let bytes = Beacon(.udp, port: 7, instance: 9, name: "bob").encode()
    for value in UInt8.min...UInt8.max {
      var other = bytes
      other[place] = value
      guard let beacon = try? Beacon(other) else { continue }
      #expect(beacon.encode() == other)
    }
  }

  @Test("a port where there is none, or none where there must be one, is refused")
  func ports() {
    var bytes = Beacon(.trial, port: 0, instance: 9).encode()
    bytes[7] = 1
    #expect(throws: WireError.self) { try Beacon(bytes) }
    bytes = Beacon(.tcp, port: 1, instance: 9).encode()
    bytes[7] = 0
    #expect(throws: WireError.self) { try Beacon(bytes) }
  }
}
