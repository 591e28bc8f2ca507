// Asks for a line, sends it to an echo server, and prints what comes back.
//
//     EchoClient [ADDRESS]

import Sockets

print("Say >", terminator: "")
let text = readLine() ?? ""

EventLoop.runProgram(defaultTimeout: .seconds(10)) { loop in
  let address = try Address(CommandLine.arguments.dropFirst().first ?? "localhost:12345")
  try await Connect.to(address, on: loop) { server in
    try await server.write(text)
    // As many bytes, not characters, and in however many pieces they come.
    let reply = try await server.read(exactly: text.utf8.count)
    print("Received > \(String(decoding: reply, as: UTF8.self))")
  }
}
