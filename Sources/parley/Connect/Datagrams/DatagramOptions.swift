import Sockets

/// What `-u` is about: options that `connect` and `listen` share.
struct DatagramOptions: Equatable, Sendable {
  var isUDP = false
  var mayBroadcast = false
  /// As typed; `Sockets` reads it.
  var group: String?

  static func options<Options>(
    _ field: WritableKeyPath<Options, DatagramOptions>
  ) -> [Verb<Options>.Option] {
    [
      .flag("-u, --udp", "datagrams: each line of input is sent as one, with its line end") {
        $0[keyPath: field].isUDP = true
      },
      .flag("--broadcast", "with -u, send to a broadcast address; all who get it may answer") {
        $0[keyPath: field].mayBroadcast = true
      },
      .value(
        "--group", "GROUP[%INTERFACE]",
        """
        with -u, send to a multicast group, or hear it, such as 239.7.0.1%eth0; ADDRESS is then the \
        port alone
        """
      ) { $0[keyPath: field].group = $1 },
    ]
  }

  func validate() throws(UsageError) {
    guard !isUDP else { return }
    if mayBroadcast { throw UsageError("--broadcast is for datagrams: it needs -u") }
    if group != nil { throw UsageError("--group is for datagrams: it needs -u") }
  }
}
