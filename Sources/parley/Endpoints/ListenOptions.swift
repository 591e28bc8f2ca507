import Sockets

/// Where a verb listens and whom it lets in: the same words for every verb that does.
struct ListenOptions: Equatable, Sendable {
  /// As typed; `Sockets` reads them.
  var addresses: [String] = []
  var rules = AddressRules()
  var backlog: Int?
  var maxConnections: Int?

  /// The options but for the address itself, which some verbs take as an operand.
  static func limits<Options>(
    _ field: WritableKeyPath<Options, ListenOptions>, isReloaded: Bool = true
  ) -> [Verb<Options>.Option] {
    AddressRules.options(field.appending(path: \.rules), isReloaded: isReloaded) + [
      .value("--max-conns", "N", "connections at the same time") {
        (options, text) throws(UsageError) in
        options[keyPath: field].maxConnections = try count(
          text, in: 1...1_000_000)
      },
      .value("--backlog", "N", "connections that may wait for being accepted") {
        (options, text) throws(UsageError) in
        options[keyPath: field].backlog = try count(text, in: 1...65_535)
      },
    ]
  }

  /// `--listen` and the options above.
  static func all<Options>(
    _ field: WritableKeyPath<Options, ListenOptions>, isReloaded: Bool = true
  ) -> [Verb<Options>.Option] {
    [
      .value(
        "-l, --listen", "ADDRESS",
        "serve here instead of connecting; a PORT alone is all addresses, IPv4 and IPv6",
        isRepeatable: true
      ) { $0[keyPath: field].addresses.append($1) }
    ] + limits(field, isReloaded: isReloaded)
  }

  /// Binds every address, which names and PORTs alone may make several.
  func bind(on loop: EventLoop) async throws -> [Listener] {
    var options = Listener.Options()
    options.backlog = backlog ?? options.backlog
    options.maximumConnections = maxConnections
    options.filter = try rules.read()
    var listeners: [Listener] = []
    for text in addresses {
      listeners += try await Listen.bind(try Address(text), on: loop, options: options)
    }
    return listeners
  }
}
