import Chat
import Sockets

/// `parley stream`: from what was typed to datagrams.
enum StreamCommand {
  static func run(_ options: StreamOptions) -> ExitCode {
    Program.run("stream", onSignal: { _ in .done }) { loop in
      guard let number = options.number else {
        return try await receive(at: options.listen ?? "", on: loop)
      }
      return try await send(number, options, on: loop)
    }
  }

  private static func say(_ text: String) { Output.error.write("parley stream: \(text)\n") }

  // MARK: - Sending

  private static func send(
    _ number: Int, _ options: StreamOptions, on loop: EventLoop
  ) async throws -> ExitCode {
    var targets: [StreamSender.Target] = []
    var code = ExitCode.done
    for text in options.targets {
      do {
        targets.append(StreamSender.Target(text, try await resolve(text)))
      } catch let error where error is SocketError || error is Complaint {
        // The others get theirs.
        say("\(error)")
        if code == .done { code = ExitCode(any: error) }
      }
    }
    guard !targets.isEmpty else { return code }
    let isPlain = targets.allSatisfy { $0.address.family == .ipv4 }
    let socket = try await Datagrams.bind(
      isPlain ? .ipv4(.any, port: 0) : .ipv6(.any, port: 0), on: loop)
    let sender = StreamSender(socket, targets, rate: options.rate, size: options.size ?? 0)
    do {
      try await sender.send(number)
    } catch is CancellationError {}
    for line in sender.summary { say(line) }
    if code == .done, sender.hasRefusals { code = .wrong }
    return code
  }

  /// Of a name with addresses of both families the IPv4 one, which all programs speak.
  private static func resolve(_ text: String) async throws -> SocketAddress {
    let addresses = try await Resolver().resolve(Address(server: text))
    guard let address = addresses.first(where: { $0.family == .ipv4 }) ?? addresses.first else {
      throw Complaint("\(text): no address", .unresolvable)
    }
    return address
  }

  // MARK: - Receiving

  private static func receive(at text: String, on loop: EventLoop) async throws -> ExitCode {
    let isSeen = StreamReceiver.isAtTerminal
    let socket = try await Datagrams.bind(Address(text), on: loop)
    // As much as the system allows: what comes in a rush is lost otherwise.
    try await socket.set(.receiveBuffer, to: 1 << 30)
    say("listening on \(socket.localAddress)")
    let receiver = StreamReceiver(socket)
    do {
      try await withThrowingDiscardingTaskGroup { group in
        group.addTask { try await receiver.receive() }
        if isSeen { group.addTask { try await receiver.show() } }
      }
    } catch is CancellationError {}
    return Output.finish(receiver.summary)
  }
}
