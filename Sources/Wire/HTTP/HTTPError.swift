/// What is wrong with an answer, and where; all that it quotes is ours or a number.
package struct HTTPError: Error, Equatable, Sendable {
  package enum Offence: Error, Equatable, Sendable {
    case notHTTP
    case version
    case status
    /// A CR without its LF, or a NUL.
    case strayByte(UInt8)
    case tooManyFields(limit: Int)
    case headTooLong(limit: Int)
    case fieldName
    case foldedField
    case contentLength
    case conflictingLengths
    /// A transfer coding that was not asked for, or an order of them that has no end.
    case transferCoding
    case bothLengths
    case chunkSize
    case chunkLine
    case chunkEnd
    case switchedProtocols
    case tooManyInterim(limit: Int)
    /// The stream ended: before anything, inside the head, or inside the body.
    case noAnswer
    case truncatedHead
    case truncatedBody(received: Int, expected: Int)
    case truncatedChunks(received: Int)
  }

  package let offence: Offence
  /// How many bytes of the stream come before the line or the byte that is wrong.
  package let offset: Int
}

extension HTTPError: CustomStringConvertible {
  package var description: String {
    switch offence {
    case .noAnswer: "the server closed the connection without an answer"
    case .truncatedHead: "the answer ends inside its head, after \(offset) bytes"
    case .truncatedBody(let received, let expected):
      "the answer ends after \(received) of \(expected) bytes"
    case .truncatedChunks(let received):
      "the answer ends after \(received) bytes, before the end of its last chunk"
    default: "a bad answer: \(what), at its byte \(offset)"
    }
  }

  private var what: String {
    switch offence {
    case .notHTTP: "it does not begin with 'HTTP/'"
    case .version: "an HTTP version that is not 1.x"
    case .status: "a status that is not three digits from 100 on"
    case .strayByte(let byte): byte == Byte.cr ? "a CR without an LF" : "a NUL in its head"
    case .tooManyFields(let limit): "over \(limit) fields"
    case .headTooLong(let limit): "a head of over \(limit) bytes"
    case .fieldName: "a line that does not begin with a field's name and a colon"
    case .foldedField: "a field folded into several lines"
    case .contentLength: "a Content-Length that is not a number of bytes"
    case .conflictingLengths: "two different values of Content-Length"
    case .transferCoding: "a Transfer-Encoding other than chunked"
    case .bothLengths: "both Content-Length and Transfer-Encoding"
    case .chunkSize: "a chunk size that is not a hexadecimal number"
    case .chunkLine: "a chunk's first line that does not end with CR LF"
    case .chunkEnd: "a chunk that does not end where it should"
    case .switchedProtocols: "it switches to a protocol that nobody asked for"
    case .tooManyInterim(let limit): "over \(limit) interim answers"
    case .noAnswer, .truncatedHead, .truncatedBody, .truncatedChunks: "it ends"
    }
  }
}
