import Chat
import Glibc
import Rooms
import Sockets
import Wire

/// What the doctor says, for people.
enum DoctorWords {
  /// The whole report; it ends with what it comes to.
  static func report(
    _ interfaces: [NetworkInterface], _ findings: [Finding], _ heard: [String],
    after time: String
  ) -> String {
    var text = ""
    for interface in interfaces {
      text += head(of: interface)
      let own = findings.filter { $0.link.index == interface.index }
      for finding in own { text += "    \(line(for: finding))\n" }
      for reason in absences(of: interface) { text += "    \(reason)\n" }
    }
    text += "\n"
    if heard.isEmpty { text += "Nobody else was heard within \(time).\n" }
    for line in heard { text += "\(line)\n" }
    return text + verdict(interfaces, findings) + "\n"
  }

  /// Whether something is in the way of finding others.
  static func isBlocked(_ interfaces: [NetworkInterface], _ findings: [Finding]) -> Bool {
    findings.contains(where: \.isBlocked) || !reachesOthers(interfaces, findings)
  }

  // MARK: - Lines

  private static func head(of interface: NetworkInterface) -> String {
    var words = [interface.isUp ? "up" : "down"]
    if interface.isLoopback { words.append("loopback") }
    if interface.canMulticast { words.append("multicast") }
    words += interface.addresses.map { "\($0.host)/\($0.prefixLength)" }
    return "\(SafeText.safe(interface.name)): \(words.joined(separator: ", "))\n"
  }

  /// Why there is nothing to try on an interface, or not in one family.
  private static func absences(of interface: NetworkInterface) -> [String] {
    guard interface.isUp else { return ["not used: the interface is down"] }
    guard !interface.addresses.isEmpty else { return ["not used: it has no address"] }
    guard !interface.isLoopback else { return [] }
    guard interface.canMulticast else {
      return ["no groups: it has no multicast flag, as tunnels often have none"]
    }
    var lines: [String] = []
    let links = DiscoveryLink.all(of: interface)
    if !links.contains(where: { $0.isIPv4 }) { lines.append("no IPv4: it has no IPv4 address") }
    if links.allSatisfy({ $0.isIPv4 }) {
      lines.append("no IPv6: it has no link-local IPv6 address")
    }
    return lines
  }

  static func line(for peer: HeardPeer) -> String {
    let name = peer.name.isEmpty ? "somebody" : SafeText.safe(peer.name)
    switch peer.kind {
    case .udp: return "Heard \(name) at \(peer.place), parley chat --plain udp."
    case .tcp: return "Heard \(name) at \(peer.place), parley chat --plain tcp."
    case .trial:
      let host = "\(peer.place)".dropLast(":0".utf8.count)
      return "Heard another 'parley doctor' at \(host)."
    }
  }

  static func line(for finding: Finding) -> String {
    let link = finding.link
    let way =
      switch link.way {
      case .group: "IPv4 group \(link.groupName)"
      case .group6: "IPv6 group \(link.groupName)"
      case .broadcast(let address, _): "broadcast from \(address)"
      }
    switch finding.result {
    case .cameBack: return "\(way): well, what we sent came back"
    case .silent:
      return """
        \(way): BLOCKED: sent, but it did not come back to us as it should: probably a local \
        firewall (nft, iptables) drops it on input; UDP port \(DiscoveryLink.port) must be open
        """
    case .unsent(let error): return "\(way): BLOCKED: \(cause(ofNotSending: error))"
    case .unopened(let error): return "\(way): BLOCKED: \(cause(ofNotOpening: error))"
    }
  }

  private static func cause(ofNotSending error: SocketError) -> String {
    switch error.code {
    case EPERM?, EACCES?:
      "a local firewall (nft, iptables) rejects on output what we send: \(error)"
    case ENETUNREACH?, EHOSTUNREACH?: "there is no route: \(error)"
    case ENETDOWN?: "the interface has gone down: \(error)"
    case EADDRNOTAVAIL?: "its address is not ready yet: try again in some seconds: \(error)"
    default: "it cannot be sent: \(error)"
    }
  }

  private static func cause(ofNotOpening error: SocketError) -> String {
    switch error.code {
    case EADDRINUSE?:
      "port \(DiscoveryLink.port) belongs to a program of somebody else on this machine: \(error)"
    case ENODEV?: "the interface has just gone: \(error)"
    case EADDRNOTAVAIL?: "its address is not ready yet: try again in some seconds: \(error)"
    case EAFNOSUPPORT?: "this machine has no IPv6: \(error)"
    default: "it cannot be listened to: \(error)"
    }
  }

  // MARK: - The end

  /// Whether any way that leaves this machine works.
  private static func reachesOthers(
    _ interfaces: [NetworkInterface], _ findings: [Finding]
  ) -> Bool {
    let loopbacks = interfaces.filter(\.isLoopback).map(\.index)
    return findings.contains { !$0.isBlocked && !loopbacks.contains($0.link.index) }
  }

  private static func verdict(
    _ interfaces: [NetworkInterface], _ findings: [Finding]
  ) -> String {
    let blocked = findings.filter(\.isBlocked).count
    guard blocked == 0 else {
      return "\(blocked) of \(findings.count) ways are blocked, see BLOCKED above."
    }
    guard reachesOthers(interfaces, findings) else {
      return "This machine is in no network but its own: others cannot be found from here."
    }
    return """
      All is well here: 'parley chat --discover' can find others. Whom it does not find has another \
      network, or a firewall of its own: try 'parley doctor' there.
      """
  }
}

extension DiscoveryLink {
  fileprivate var isIPv4: Bool {
    switch way {
    case .group, .broadcast: true
    case .group6: false
    }
  }
}
