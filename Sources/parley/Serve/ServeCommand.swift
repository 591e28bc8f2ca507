import Chat
import Glibc
import Rooms
import Sockets
import Wire

/// `parley serve`: from what was typed to a running server, and its end.
enum ServeCommand {
  static func run(_ options: ServeOptions) -> ExitCode {
    Reloading.prepare(options)
    if options.joins { options.face.prepare() }
    do {
      return try EventLoop.runBlocking { loop in
        let signals = try await Signals([SIGINT, SIGTERM], on: loop)
        let settings = try await settings(options)
        let ending = Ending()
        let seat = options.joins ? OperatorSeat(options.nick, options.face, on: loop, ending) : nil
        return try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            _ = try await signals.next()
            ending.begin()
            // Whoever asks twice does not want to wait for the others.
            let second = try await signals.next()
            await seat?.abandon()
            exit(second == SIGINT ? ExitCode.interrupted.rawValue : ExitCode.terminated.rawValue)
          }
          defer { group.cancelAll() }
          // A terminal has one owner: with the operator's line on it, the log is only kept elsewhere.
          let isQuiet = seat?.isAtTerminal == true && isatty(Output.error.rawValue) == 1
          let log = try ServerLog(isQuiet ? nil : options.log, on: loop)
          do {
            try await serve(options, settings, seat, log, on: loop, until: ending)
          } catch {
            await log.finish(on: loop)
            throw error
          }
          await log.finish(on: loop)
          return .done
        }
      }
    } catch {
      return report(error)
    }
  }

  private static func serve(
    _ options: ServeOptions, _ settings: ServerOptions, _ seat: OperatorSeat?,
    _ log: ServerLog, on loop: EventLoop, until ending: Ending
  ) async throws {
    if options.isRelay {
      try await RelayServer.run(
        settings, format: options.relayFraming?.format, limit: options.maxFrame ?? 65_536,
        report: { log.write($0) }
      ) { server in
        log.write(Welcome.relay(server.addresses, options.relayFraming ?? .raw))
        let reloading = Reloading(options: options, standard: standardLimits()) { filter, limits in
          server.setFilter(filter)
          server.setLimits(limits)
        }
        try await reloading.run(on: loop, telling: Self.tell) { await ending.wait() }
      }
    } else {
      let control: ControlSocket? =
        if let path = options.control { try await control(at: path, on: loop) } else { nil }
      try await ChatServer.run(settings, report: { log.write($0) }) { server in
        let welcome = Welcome.chat(server.addresses, isOpen: settings.isOpen)
        if seat?.coversTerminal != true { log.write(welcome) }
        let reloading = Reloading(options: options, standard: standardLimits()) { filter, limits in
          server.setFilter(filter)
          server.setLimits(limits)
        }
        let desk = ControlDesk(server, reload: reloading.reload) {
          loop.execute { ending.begin() }
        }
        try await withThrowingTaskGroup { group in
          defer { group.cancelAll() }
          if let control { group.addTask { try await control.run(desk) } }
          if let seconds = options.stats {
            group.addTask {
              while true {
                try await loop.sleep(for: .seconds(seconds))
                log.write(await server.counts())
              }
            }
          }
          try await reloading.run(on: loop, telling: seat?.tell ?? Self.tell) {
            try await seat?.take(part: server, welcome: welcome)
            await ending.wait()
          }
        }
      }
    }
  }

  /// Listens for the operator, or says what stands in the way.
  private static func control(at path: String, on loop: EventLoop) async throws -> ControlSocket {
    do {
      return try await ControlSocket(path, on: loop)
    } catch let error as SocketError where error.code == EADDRINUSE {
      var information = stat()
      let isSocket = lstat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFSOCK
      let words = isSocket ? "somebody listens there already" : "what is there is no socket"
      throw Complaint("--control \(path): \(words)", .local)
    }
  }

  /// Reads the addresses and networks that were typed, and looks names up.
  private static func settings(_ options: ServeOptions) async throws -> ServerOptions {
    var settings = ServerOptions()
    let resolver = Resolver()
    let isDefault = options.listeners.isEmpty
    for listener in isDefault ? options.defaultListeners : options.listeners {
      let address = try address(listener.address)
      for resolved in try await resolver.resolve(address, for: .listening) {
        settings.listening.append(
          .init(
            address: resolved, door: listener.door?.kind,
            isOptional: isDefault && resolved.family == .ipv6))
      }
    }
    settings.isOpen = options.isOpen
    settings.isGentle = options.isGentle
    settings.loops = options.loops ?? 1
    settings.spin = .microseconds(options.spin ?? 0)
    settings.backlog = options.backlog ?? settings.backlog
    settings.filter = try options.rules.read()
    settings.limits = try options.readLimits(from: standardLimits())
    return settings
  }

  /// The limits as they are unless somebody says otherwise: as many clients as there can be files.
  private static func standardLimits() -> Limits {
    var limits = Limits()
    limits.maximumClients = min(limits.maximumClients, max(16, openFileLimit() - 64))
    return limits
  }

  /// A host alone means our port; port 0, when it is said, means any.
  private static func address(_ text: String) throws(AddressError) -> Address {
    let address = try Address(text)
    guard address.port == 0, !text.utf8.reversed().starts(with: "0:".utf8) else { return address }
    return try Address(text, port: 7000)
  }

  /// Raises the number of files that the process may open to the most it is allowed, and tells it.
  private static func openFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }

  private static func tell(_ words: String) { Output.error.write("parley serve: \(words)\n") }

  private static func report(_ error: any Error) -> ExitCode {
    Output.error.write("parley serve: \(error)\n")
    switch error {
    case let error as SocketError: return ExitCode(error)
    case ServerError.socket(let error): return ExitCode(error)
    case ServerError.protected, is AddressError: return .usage
    case let complaint as Complaint: return complaint.code
    case is ControlMistake: return .usage
    default: return .local
    }
  }
}

extension ServeOptions.FixedDoor {
  var kind: DoorKind {
    switch self {
    case .line: .line
    case .dec10: .dec10
    case .u16: .u16
    case .u32: .u32
    case .native: .native
    }
  }
}

extension ServeOptions.RelayFraming {
  /// nil for bytes.
  var format: FrameFormat? {
    switch self {
    case .raw: nil
    case .line: .line
    case .dec10: .dec10
    case .u16: .u16
    case .u32: .u32
    }
  }
}
