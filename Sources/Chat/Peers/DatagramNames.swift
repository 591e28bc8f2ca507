import Sockets

/// What the peers of a chat by datagrams call themselves, and whether that tells who they are.
///
/// Anybody can use any name. One that is in use at two endpoints, or an endpoint that has had another
/// name before, is shown with the endpoint, and marked.
struct DatagramNames: Sendable {
  private struct Holder: Sendable {
    /// As it came; mostly the next datagram brings the same.
    var bytes: [UInt8]
    var name: String
    let first: String
    var isHere = true
  }

  /// The most bytes of a name that are kept.
  private static let nameLimit = 64
  /// With more than so many, strangers are forgotten.
  private static let crowd = 1_024

  private var holders: [SocketAddress: Holder] = [:]
  /// By how many a name is used; names that look the same are the same.
  private var uses: [String: Int] = [:]

  var isCrowded: Bool { holders.count > DatagramNames.crowd }

  /// Takes the name that is our own.
  mutating func reserve(_ name: String) { use(name, 1) }

  /// Takes the name that somebody at an endpoint uses now.
  ///
  /// - Returns: How they are shown.
  mutating func note(_ bytes: ArraySlice<UInt8>, at endpoint: SocketAddress) -> PeerName {
    let holder = take(bytes, at: endpoint)
    let isMarked = uses[holder.name, default: 0] > 1 || holder.name != holder.first
    return PeerName(
      holder.name, place: isMarked ? endpoint.description : nil, isMarked: isMarked)
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, at endpoint: SocketAddress) -> Holder {
    guard let index = holders.index(forKey: endpoint) else {
      let name = DatagramNames.text(of: bytes)
      let holder = Holder(bytes: Array(bytes.prefix(256)), name: name, first: name)
      holders[endpoint] = holder
      use(name, 1)
      return holder
    }
    let holder = holders.values[index]
    if holder.isHere, holder.bytes.elementsEqual(bytes) { return holder }
    if holder.isHere { use(holder.name, -1) }
    holders.values[index].isHere = true
    holders.values[index].bytes = Array(bytes.prefix(256))
    holders.values[index].name = DatagramNames.text(of: bytes)
    use(holders.values[index].name, 1)
    return holders.values[index]
  }

  func shortName(of endpoint: SocketAddress) -> String? { holders[endpoint]?.name }

  /// The name of an endpoint is free until it is heard again.
  ///
  /// - Returns: How whoever was there is shown.
  mutating func rest(_ endpoint: SocketAddress) -> PeerName? {
    guard let holder = holders[endpoint] else { return nil }
    let isMarked = uses[holder.name, default: 0] > 1 || holder.name != holder.first
    if holder.isHere { use(holder.name, -1) }
    holders[endpoint]?.isHere = false
    return PeerName(
      holder.name, place: isMarked ? endpoint.description : nil, isMarked: isMarked)
  }

  /// Whoever comes next to this endpoint is somebody new.
  mutating func forget(_ endpoint: SocketAddress) {
    guard let holder = holders.removeValue(forKey: endpoint), holder.isHere else { return }
    use(holder.name, -1)
  }

  mutating func keep(_ isKept: (SocketAddress) -> Bool) {
    for endpoint in Array(holders.keys) where !isKept(endpoint) { forget(endpoint) }
  }

  private mutating func use(_ name: String, _ change: Int) {
    let count = uses[name, default: 0] + change
    uses[name] = count > 0 ? count : nil
  }

  /// The beginning of a name that is too long to be one.
  private static func text(of bytes: ArraySlice<UInt8>) -> String {
    guard bytes.count > nameLimit else { return String(decoding: bytes, as: UTF8.self) }
    var end = bytes.startIndex + nameLimit
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "..."
  }
}
