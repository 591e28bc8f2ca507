// What one client sends goes to all the others: a task and a bounded queue for each of them.
//
//     ClassicChat [ADDRESS]

import Messaging
import Sockets
import Synchronization

typealias Client = (peer: MessageConnection, queue: Inbox<[UInt8]>)
let clients = Mutex<[ObjectIdentifier: Client]>([:])

@Sendable func serve(_ peer: MessageConnection) async throws {
  let (id, queue) = (ObjectIdentifier(peer), Inbox<[UInt8]>(capacity: 256))
  clients.withLock { $0[id] = (peer, queue) }
  defer { clients.withLock { $0[id] = nil } }
  // Ends with the loop below: who hangs up has no use for what waits in the queue.
  async let _: Void = { for try await message in queue { try await peer.send(message) } }()
  for try await message in peer {
    for (other, client) in clients.withLock({ $0 }) where other != id {
      if !client.queue.trySend(message) { cut(client.peer) }
    }
    await Task.yield()  // The queues are sent before more is put into them.
  }
}

/// One who does not read must neither hold up the others nor fill the memory.
@Sendable func cut(_ peer: MessageConnection) {
  guard clients.withLock({ $0.removeValue(forKey: ObjectIdentifier(peer)) }) != nil else { return }
  print("\(peer.remoteAddress): cut, its queue is full")
  peer.connection.abort()
}

EventLoop.runProgram { loop in
  let address = CommandLine.arguments.dropFirst().first ?? "12345"
  try await Endpoint(address).listen(
    on: loop, framing: .dec10,
    ready: { addresses in for address in addresses { print("listening on \(address)") } },
    report: { incident in print(incident) }, serve)
}
