import Glibc
import Sockets

/// The terminal as the lessons' programs use it: lines printed, prompts, and lines typed.
///
/// What a program of the lessons prints is on standard output, prompts too, even in a pipe.
final class LessonTerminal: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// The most bytes of a line; a longer one is an error, not memory.
  private static let lineLimit = 1 << 20

  private let input: StandardInput
  private let output: StandardOutput
  private var lines = InputLines(limit: LessonTerminal.lineLimit)
  private var isAtEnd = false

  /// Whether a signal only ends the input, so that the program can say farewell.
  var leavesInOrder = false

  init(on loop: EventLoop) throws {
    input = try StandardInput(on: loop)
    output = try StandardOutput(on: loop)
  }

  /// Prints a line.
  func say(_ line: String) async throws { try await write(Array((line + "\n").utf8)) }

  /// Prints bytes as they are.
  func write(_ bytes: [UInt8]) async throws { try await output.write(bytes) }

  /// Prints a line on standard error.
  func remark(_ line: String) { Output.error.write(line + "\n") }

  /// Prints a prompt and reads a line without its end; nil at the end of the input.
  func ask(_ prompt: String) async throws -> String? {
    try await write(Array(prompt.utf8))
    while true {
      switch lines.next(atEnd: isAtEnd) {
      case .text(let line): return String(decoding: line, as: UTF8.self)
      case .tooLong: throw Complaint("a line of over \(LessonTerminal.lineLimit) bytes")
      case nil where isAtEnd:
        // Or what the shell prints next would stand behind the prompt.
        if isatty(1) == 1 { try await write([UInt8(ascii: "\n")]) }
        return nil
      case nil:
        let bytes = try await input.next()
        isAtEnd = bytes.isEmpty
        lines.receive(bytes)
      }
    }
  }

  /// Nothing more will be typed: whoever waits for a line gets the end.
  func endInput() {
    input.stop()
    // What was typed and not asked for any more was not meant to be said behind a Ctrl+C.
    lines = InputLines(limit: LessonTerminal.lineLimit)
    isAtEnd = true
  }

  /// Reads what is there of the input, nothing at its end; not for programs that ask for lines.
  func read() async throws -> [UInt8] { try await input.next() }
}
