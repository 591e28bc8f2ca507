import Rooms
import Sockets

/// The interfaces of a machine as people and as programs read them.
enum AddressList {
  /// Three columns: interface, address, and the remarks.
  static func table(_ interfaces: [NetworkInterface]) -> String {
    let rows = interfaces.flatMap { interface in
      interface.addresses.map { assignment in
        [
          SafeText.safe(interface.name), "\(assignment.host)/\(assignment.prefixLength)",
          remarks(on: assignment, of: interface).joined(separator: ", "),
        ]
      }
    }
    let widths = [0, 1].map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
    var table = ""
    for row in rows {
      table += padded(row[0], widths[0]) + "  "
      table += row[2].isEmpty ? row[1] : padded(row[1], widths[1]) + "  " + row[2]
      table += "\n"
    }
    return table
  }

  private static func remarks(
    on assignment: NetworkInterface.Assignment, of interface: NetworkInterface
  ) -> [String] {
    [
      interface.isUp ? nil : "down",
      interface.isLoopback ? "loopback" : nil,
      interface.canMulticast ? "multicast" : nil,
      assignment.broadcast.map { "broadcast \($0)" },
    ].compactMap(\.self)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  /// One line for each interface, those without addresses included.
  static func json(_ interfaces: [NetworkInterface]) -> String {
    let lines = interfaces.map { interface in
      let addresses = interface.addresses.map(json).joined(separator: ", ")
      return """
        {"interface": \(ServerLog.quoted(interface.name)), "index": \(interface.index), \
        "up": \(interface.isUp), "loopback": \(interface.isLoopback), \
        "multicast": \(interface.canMulticast), "broadcast": \(interface.canBroadcast), \
        "addresses": [\(addresses)]}
        """
    }
    return lines.isEmpty ? "[]\n" : "[\n  \(lines.joined(separator: ",\n  "))\n]\n"
  }

  private static func json(_ assignment: NetworkInterface.Assignment) -> String {
    let family = if case .ipv4 = assignment.host { "ipv4" } else { "ipv6" }
    let broadcast = assignment.broadcast.map { ServerLog.quoted($0.description) } ?? "null"
    return """
      {"address": \(ServerLog.quoted(assignment.host.description)), "family": "\(family)", \
      "prefix": \(assignment.prefixLength), "broadcast": \(broadcast)}
      """
  }
}
