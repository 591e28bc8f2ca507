import Chat
import Glibc
import Sockets

/// Takes part by lines in and lines out, which only ever grow: for a program, with the words for people on
/// standard error, or at a terminal that nothing is to move on, with all words in their order.
final class PipeFace: ChatFace, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// Over what any server takes; a longer line is not said.
  private static let lineLimit = 65_536

  private let input: BlockingInput
  private let output: BlockingOutput
  private let errors: BlockingOutput
  private let isTerminal: Bool
  private let words: ChatWords
  private var tooLong = 0
  private(set) var failure: SocketError?

  init(isTerminal: Bool) throws(SocketError) {
    self.isTerminal = isTerminal
    words = ChatWords(style: isTerminal ? .plain : .pipe)
    input = try BlockingInput()
    output = try BlockingOutput(1)
    errors = try BlockingOutput(2)
  }

  func run(_ member: any Participant) async -> (ending: MemberEnding, unsaid: Int) {
    let ending = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.type(to: member) }
      group.addTask {
        await self.output.closing()
        // Nobody reads any more, so there is nothing to stay for.
        member.leave()
      }
      let ending = await member.run { await self.show($0) }
      input.stop()
      await output.finish()
      await errors.finish()
      if let code = output.failure, code != EPIPE {
        failure = SocketError(operation: Inherited.Direction.writing.rawValue, code: code)
      }
      output.close()
      return ending
    }
    // A person has read what was not said.
    return (ending, isTerminal ? 0 : member.unsaidCount + tooLong)
  }

  func hurry(on loop: EventLoop, within limit: Duration) {
    _ = loop.schedule(
      Closer([output, errors]), at: loop.deadline(.after(limit)))
  }

  func remark(_ words: String) {
    let bytes = Array((words + "\n").utf8)
    if isTerminal { output.write(bytes) } else { errors.write(bytes) }
  }

  private func type(to member: any Participant) async {
    var lines = InputLines(limit: PipeFace.lineLimit)
    var isAtEnd = false
    while !isAtEnd {
      let bytes = await next()
      isAtEnd = bytes.isEmpty
      lines.receive(bytes)
      while let line = lines.next(atEnd: isAtEnd) {
        switch line {
        case .text(let text): guard await member.type(text) else { return }
        case .tooLong:
          tooLong += 1
          errors.write(Array("! not said: a line of over \(PipeFace.lineLimit) bytes\n".utf8))
          await errors.room()
        }
      }
    }
    member.endInput()
  }

  /// What comes next; an input that cannot be read ends, and is complained about in the end.
  private func next() async -> [UInt8] {
    do {
      return try await input.next()
    } catch let error as SocketError {
      failure = error
    } catch {
      // Cancelled: that is an end like any other.
    }
    return []
  }

  private func show(_ events: [MemberEvent]) async {
    var text: [UInt8] = []
    var remarks: [UInt8] = []
    for line in events.flatMap(words.lines) {
      if line.isForPeople, !isTerminal {
        remarks += line.text.utf8
        remarks.append(UInt8(ascii: "\n"))
      } else {
        text += line.text.utf8
        text.append(UInt8(ascii: "\n"))
      }
    }
    errors.write(remarks)
    output.write(text)
    await output.room()
    await errors.room()
  }
}
