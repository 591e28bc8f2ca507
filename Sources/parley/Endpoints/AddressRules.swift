import Glibc
import Sockets

/// Who may connect, as `--allow` and `--deny` say it: networks, and files with a network on each line.
struct AddressRules: Equatable, Sendable {
  /// As typed; `@FILE` names a file.
  var allow: [String] = []
  var deny: [String] = []

  /// Whether there is something to read again when SIGHUP comes.
  var hasFiles: Bool { (allow + deny).contains(where: Self.isFile) }

  /// - Parameters:
  ///   - field: Where they go.
  ///   - who: Whom they let in.
  ///   - isReloaded: Whether the verb reads files again; in a chat SIGHUP says that its terminal is gone.
  /// - Returns: `--allow` and `--deny`.
  static func options<Options>(
    _ field: WritableKeyPath<Options, AddressRules>, who: String = "clients",
    isReloaded: Bool = true
  ) -> [Verb<Options>.Option] {
    let again = isReloaded ? ", and SIGHUP has it read again" : ""
    return [
      .value(
        "--allow", "NETWORK|@FILE",
        """
        only \(who) from here, as 10.1.0.0/16; of a FILE every line is such a network\(again)
        """, isRepeatable: true
      ) { $0[keyPath: field].allow.append($1) },
      .value("--deny", "NETWORK|@FILE", "no \(who) from here", isRepeatable: true) {
        $0[keyPath: field].deny.append($1)
      },
    ]
  }

  /// Reads the files and all networks.
  func read() throws -> AddressFilter {
    AddressFilter(
      allowed: try allow.flatMap { text throws in
        let networks = try Self.networks(text)
        // An empty list of the allowed would let everybody in.
        guard !networks.isEmpty else {
          throw Complaint("\(text.dropFirst()): there is no network in it to allow", .usage)
        }
        return networks
      },
      denied: try deny.flatMap { try Self.networks($0) })
  }

  /// Keeps SIGHUP for ``reloading(_:on:_:)``; first thing in a verb, before it has other threads.
  func prepare() {
    if hasFiles { Signals.block([SIGHUP]) }
  }

  /// Reads the files again whenever SIGHUP comes, and hands on what they say.
  ///
  /// Returns at once when there are no files. One with a mistake changes nothing.
  func reloading(
    _ verb: String, on loop: EventLoop, _ apply: @Sendable (AddressFilter) -> Void
  ) async throws {
    guard hasFiles else { return }
    let signals = try await Signals([SIGHUP], on: loop)
    while true {
      _ = try await signals.next()
      do {
        let filter = try read()
        apply(filter)
        Output.error.write(
          "parley \(verb): read again: \(filter.allowed.count) networks allowed, "
            + "\(filter.denied.count) denied\n")
      } catch {
        Output.error.write("parley \(verb): \(error); the old networks stay\n")
      }
    }
  }

  private static func isFile(_ text: String) -> Bool { text.utf8.first == UInt8(ascii: "@") }

  private static func networks(_ text: String) throws -> [Network] {
    guard isFile(text) else { return [try Network(text)] }
    let path = String(text.dropFirst())
    var networks: [Network] = []
    let lines = try SmallFile.bytes(of: path).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let words = line.prefix { $0 != UInt8(ascii: "#") }
      guard words.contains(where: { $0 != 0x20 && !(0x09...0x0d).contains($0) }) else { continue }
      do throws(AddressError) {
        networks.append(try Network(String(decoding: words, as: UTF8.self)))
      } catch {
        throw Complaint("\(path):\(index + 1): \(error)", .usage)
      }
    }
    return networks
  }
}
