internal import CLinux
internal import Glibc

extension SocketOption where Value == Bool {
  /// Whether the kernel keeps what it is told about datagrams that could not be delivered, `IP_RECVERR` and
  /// `IPV6_RECVERR`; off until it is set.
  ///
  /// From then on a send or a receive may fail with what became of an *earlier* datagram, such as
  /// `ECONNREFUSED`: it has done nothing, and the next one works.
  package static var keepsReturns: SocketOption {
    SocketOption { descriptor throws(SocketError) in
      var value: CInt = 0
      let isIPv6 = try socketFamily(of: descriptor) == AF_INET6
      try getOption(
        descriptor, CInt(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP), isIPv6 ? IPV6_RECVERR : IP_RECVERR,
        &value)
      return value != 0
    } set: { descriptor, value throws(SocketError) in
      try setBoth(descriptor, IP_RECVERR, IPV6_RECVERR, value ? 1 : 0)
    }
  }
}

extension Datagrams {
  /// Takes out to whom datagrams went that came back, with ``SocketOption/keepsReturns``.
  ///
  /// Nobody was there at that moment, or no way led there. Anybody on the way can forge that.
  ///
  /// - Returns: At most 256 of them, in order; on the loop's thread only.
  package func takeReturns() -> [SocketAddress] {
    guard let number = source.core?.number else { return [] }
    var returns: [SocketAddress] = []
    while returns.count < 256 {
      let (result, receiver) = SocketAddress.reading { storage, length in
        Int(parley_returned(number, storage, length))
      }
      guard result >= 0 else { return returns }
      if let receiver { returns.append(receiver.unmapped) }
    }
    return returns
  }
}
