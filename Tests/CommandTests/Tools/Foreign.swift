import Testing

/// A program of somebody else's that joins its input and output to a TCP connection.
enum ForeignClient: String, CaseIterable, CustomTestStringConvertible {
  case nc, ncat, socat, plink, telnet, curl

  /// Those that half-close at the end of their input and read on.
  static let whole = [nc, ncat, socat, plink]

  var peer: Peer { Peer(rawValue: rawValue) ?? .nc }
  var testDescription: String { rawValue }

  func call(_ place: Place) throws -> ChildProcess {
    let arguments =
      switch self {
      case .nc: ["-N", place.host, place.port]
      case .ncat: [place.host, place.port]
      case .socat: ["-t", "300", "-", "TCP:\(place.address)"]
      case .plink: ["-raw", "-P", place.port, place.host]
      case .telnet: [place.host, place.port]
      case .curl: ["-sN", "telnet://\(place.address)"]
      }
    return try ChildProcess(try peer.find(), arguments)
  }
}

/// A program of somebody else's that takes a TCP connection.
final class ForeignServer: Sendable {
  let process: ChildProcess
  let place: Place
  private let held: HeldPort?

  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case nc, ncat, socat

    var peer: Peer { Peer(rawValue: rawValue) ?? .nc }
    var testDescription: String { rawValue }
  }

  /// Joins one connection to its input and output, or echoes all of them, which nc cannot.
  init(_ kind: Kind, echoes: Bool = false) async throws {
    let held = kind == .ncat ? try HeldPort() : nil
    let (arguments, announcement): ([String], String) =
      switch kind {
      case .nc: (["-v", "-N", "-l", "127.0.0.1", "0"], "Listening on localhost ")
      case .ncat:
        (
          (echoes ? ["-k", "-e", "/bin/cat"] : [])
            + ["-v", "-l", "127.0.0.1", held?.place.port ?? "0"], "Listening on 127.0.0.1"
        )
      case .socat:
        (
          ["-d", "-d", "-t", "300", "TCP-LISTEN:0,bind=127.0.0.1" + (echoes ? ",fork" : "")]
            + [echoes ? "EXEC:cat" : "-"], "listening on AF=2 127.0.0.1:"
        )
      }
    let process = try ChildProcess(try kind.peer.find(), arguments)
    try await process.expect(announcement, from: .errors)
    let port = try await process.expect("\n", from: .errors).dropLast()
    self.process = process
    self.held = held
    place = held?.place ?? Place(host: "127.0.0.1", port: String(port))
  }
}
