internal import Messaging
internal import Sockets
internal import Wire

extension DatagramChat {
  /// Who is here, and who is not.
  mutating func showWho() {
    show(.words("You are \(name ?? ""); with you: \(others)"))
    for peer in peers.all where peer.presence != .left { show(.words(words(for: peer))) }
  }

  /// How many are here besides us.
  var others: Int { peers.all.count { $0.presence == .here } }

  private func words(for peer: DatagramPeers.Peer) -> String {
    let who = "\(names.shortName(of: peer.endpoint) ?? "somebody") at \(peer.endpoint)"
    return switch peer.presence {
    case .expected: "nobody at \(peer.endpoint) so far"
    case .silent: "\(who) is presumed gone"
    case .here, .left: peer.isProvisional ? "\(who), heard once" : who
    }
  }

  mutating func showCounts() {
    for line in counts.lines + tallies.lines { show(.words(line)) }
  }
}
