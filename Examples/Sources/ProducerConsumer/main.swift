// One task makes things, another uses them; what is between them cannot grow without end.
//
//     ProducerConsumer [SECONDS]   between two things, 1 unless told otherwise

import Messaging
import Sockets

let pause = Duration.seconds(CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 1)

EventLoop.runProgram { loop in
  let inbox = Inbox<Int>(capacity: 3)
  try await withThrowingTaskGroup { group in
    group.addTask {
      for number in 0..<10 {
        print("Producing \(number)")
        try await inbox.send(number)  // Waits while three are unused.
        try await loop.sleep(for: pause)
      }
      inbox.finish()  // No marker among the things: the loop below ends by itself.
      print("Producer done")
    }
    group.addTask {
      for try await number in inbox { print("Consuming \(number)") }
      print("Consumer goodbye")
    }
    print("Waiting")
    try await group.waitForAll()
  }
  print("Done")
}
