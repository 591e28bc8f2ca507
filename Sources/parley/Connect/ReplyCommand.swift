import Sockets

/// `parley listen --reply TEXT`: one answer for each client, whatever it says.
struct ReplyCommand: Equatable, Sendable {
  var text: [UInt8]
  /// The most bytes of a client that are taken; the rest is thrown away.
  var maximum: Int

  /// How long a client that has its answer may go on sending: closing with unread input would reset the
  /// connection, and could cost the client the answer.
  private static let patience = Duration.seconds(1)

  /// Waits for the client's first bytes or its end, answers, half-closes, and takes in what else it sends.
  func serve(_ passage: Passage, _ output: any ByteOutput, _ remark: Remarks) async throws {
    let peer = passage.connection.peerAddress
    remark("\(peer) has connected")
    let left = try await pass(from: passage, to: output, maximum) ?? 0
    try await passage.write(text)
    try await passage.shutdownWrite()
    remark("\(peer) has its answer")
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await passage.connection.loop.sleep(for: Self.patience) }
      group.addTask {
        var wanted = left
        while let rest = try await self.pass(from: passage, to: output, wanted) { wanted = rest }
      }
      // An answered client may go as it likes.
      _ = await group.nextResult()
      group.cancelAll()
    }
  }

  /// Reads once and writes as much of it as is wanted: how much still is, nil at the client's end.
  private func pass(
    from passage: Passage, to output: any ByteOutput, _ wanted: Int
  ) async throws -> Int? {
    var buffer: [UInt8] = []
    guard try await passage.read(into: &buffer) > 0 else { return nil }
    try await output.write(Array(buffer.prefix(wanted)))
    return max(0, wanted - buffer.count)
  }
}
