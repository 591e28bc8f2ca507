import Sockets

/// `parley connect -u` and `parley listen -u`: from what was typed to a session.
enum DatagramCommand {
  static func connect(_ options: ConnectOptions) -> ExitCode {
    Program.run("connect") { loop in
      let session = options.session
      let remark = Remarks(verb: "connect", isVerbose: session.isVerbose)
      let (socket, address) = try await open(options, on: loop)
      remark("datagrams go to \(address)")
      let transfer = session.transfer
      try await DatagramSession(
        [socket], .client(address), session, StandardOutput(on: loop), transfer.dumps(), remark
      ).run(StandardInput(on: loop))
      return .done
    }
  }

  static func listen(_ options: AcceptOptions) -> ExitCode {
    options.listen.rules.prepare()
    return Program.run("listen", onSignal: { _ in .done }) { loop in
      let remark = Remarks(verb: "listen", isVerbose: options.session.isVerbose)
      let sockets = try await bind(options, on: loop)
      for socket in sockets {
        Output.error.write("parley listen: listening on \(socket.localAddress)\n")
      }
      let session = DatagramSession(
        sockets, options.isKeptOpen ? .everybody : .firstComer, options.session,
        try StandardOutput(on: loop), try options.session.transfer.dumps(), remark)
      session.filter = try options.listen.rules.read()
      let input = try StandardInput(on: loop)
      try await withThrowingTaskGroup { group in
        group.addTask {
          try await options.listen.rules.reloading("listen", on: loop) { filter in
            loop.execute { session.filter = filter }
          }
          try await loop.sleep(for: .seconds(1 << 32))
        }
        group.addTask { try await session.run(input) }
        try await group.next()
        group.cancelAll()
      }
      return .done
    }
  }

  // MARK: - Sockets

  private static func open(
    _ options: ConnectOptions, on loop: EventLoop
  ) async throws -> (Datagrams, SocketAddress) {
    let isGroup = options.session.datagrams.group != nil
    let address =
      try isGroup ? Address(options.address) : Address(server: options.address)
    var settings = Datagrams.Options()
    settings.broadcast = options.session.datagrams.mayBroadcast
    if let text = options.session.datagrams.group {
      let group = try MulticastGroup(text)
      let target = try group.address(port: try port(of: address))
      let socket = try await Datagrams.bind(any(for: target), on: loop, options: settings)
      if let interface = group.interface { try await socket.sendToGroups(through: interface) }
      return (socket, target)
    }
    var failure: (any Error)?
    for target in try await Resolver().resolve(address) {
      do {
        let socket = try await Datagrams.bind(any(for: target), on: loop, options: settings)
        // Who answers to a group or to a broadcast does so from an address of its own.
        if !target.isMulticast, !options.session.datagrams.mayBroadcast {
          try await socket.connect(to: target)
        }
        return (socket, target)
      } catch let error as SocketError {
        failure = failure ?? error
      }
    }
    throw failure ?? Complaint("\(address): no address", .unresolvable)
  }

  private static func bind(
    _ options: AcceptOptions, on loop: EventLoop
  ) async throws -> [Datagrams] {
    let group = try options.session.datagrams.group.map { try MulticastGroup($0) }
    var settings = Datagrams.Options()
    settings.broadcast = options.session.datagrams.mayBroadcast
    // Several programs of one machine may hear a group.
    settings.reusePort = group != nil
    var sockets: [Datagrams] = []
    for text in options.listen.addresses {
      let address = try Address(text)
      if group != nil { _ = try port(of: address) }
      for target in try await Resolver().resolve(address, for: .listening) {
        sockets.append(try await Datagrams.bind(target, on: loop, options: settings))
      }
    }
    guard !sockets.isEmpty else { throw Complaint("no address to listen on", .unresolvable) }
    if let group {
      for socket in sockets {
        try await socket.join(group)
        if let interface = group.interface { try await socket.sendToGroups(through: interface) }
      }
    }
    return sockets
  }

  private static func port(of address: Address) throws(Complaint) -> UInt16 {
    guard case .host(.any, let port) = address.target else {
      throw Complaint("with --group, ADDRESS is the port alone, not \(address)", .usage)
    }
    return port
  }

  private static func any(for target: SocketAddress) -> SocketAddress {
    target.family == .ipv4 ? .ipv4(.any, port: 0) : .ipv6(.any, port: 0)
  }
}

extension SocketAddress {
  fileprivate var isMulticast: Bool {
    switch self {
    case .ipv4(let address, _): address.isMulticast
    case .ipv6(let address, _, _): address.isMulticast
    case .unix: false
    }
  }
}
