/// Reads one answer to a GET out of a stream of bytes, however they were split on their way.
///
/// Give it what arrived with ``receive(_:)``, then call ``next()`` until it returns nil. When the stream
/// has ended, call ``finish()``. It keeps no more than the line that it is in: a body goes out as it
/// comes in. After an error it throws the same error for ever.
package struct HTTPDecoder: Sendable {
  package enum Event: Equatable, Sendable {
    /// An answer in between, with a status of 1xx; the answer itself is still to come.
    case interim(HTTPHead)
    case head(HTTPHead, HTTPBody)
    /// Some bytes of the body, without the marks of chunks.
    case body([UInt8])
    /// The answer is whole; what comes behind it is not looked at.
    case end
  }

  private enum State {
    case statusLine
    case fields
    /// So many bytes of the body are missing; with 0 only the end is to be told.
    case counted(Int)
    case toEnd
    case chunkLine
    case chunk(Int)
    case chunkEnd(Unicode.Scalar)
    case trailers
    case done
  }

  /// The longest head; interim answers and trailers have the same limits.
  package static let headLimit = 65_536
  package static let fieldLimit = 256
  package static let interimLimit = 16
  /// The longest first line of a chunk: its size, and extensions that mean nothing to us.
  package static let chunkLineLimit = 4096

  private var state = State.statusLine
  private var input: [UInt8] = []
  /// How much of the input was taken, and how much of the stream came before the input.
  private var taken = 0
  private var past = 0
  /// A line of which the end is not here yet, and where it begins in the stream.
  private var line: [UInt8] = []
  private var lineStart = 0
  /// How long the lines were that belong to the head, or to the trailers.
  private var headSize = 0
  private var head: HTTPHead?
  private var fieldCount = 0
  private var interimCount = 0
  private var failure: HTTPError?
  /// How many bytes of the body were given out.
  package private(set) var received = 0

  package init() {}

  /// Takes what the server said.
  package mutating func receive(_ bytes: [UInt8]) {
    past += taken
    input = taken == input.count ? bytes : input[taken...] + bytes
    taken = 0
  }

  /// The next event, or nil when more bytes are needed.
  package mutating func next() throws(HTTPError) -> Event? {
    if let failure { throw failure }
    var chunks: [UInt8] = []
    do throws(HTTPError.Offence) {
      while true {
        if case .counted(0) = state, chunks.isEmpty {
          state = .done
          return .end
        }
        guard taken < input.count else { break }
        if line.isEmpty { lineStart = past + taken }
        if let event = try step(&chunks) { return event }
      }
    } catch {
      let error = HTTPError(offence: error, offset: lineStart)
      failure = error
      // What came before it was right.
      if chunks.isEmpty { throw error }
    }
    return chunks.isEmpty ? nil : body(chunks)
  }

  /// Says that the stream has ended; call it when ``next()`` has returned nil.
  ///
  /// - Returns: ``Event/end`` when that is the end of the body, nil when that has been told.
  /// - Throws: When something is missing.
  package mutating func finish() throws(HTTPError) -> Event? {
    if let failure { throw failure }
    let total = past + taken
    let offence: HTTPError.Offence
    switch state {
    case .done, .counted(0): return nil
    case .toEnd:
      state = .done
      return .end
    case .statusLine where total == 0: offence = .noAnswer
    case .statusLine, .fields: offence = .truncatedHead
    case .counted(let rest):
      offence = .truncatedBody(received: received, expected: received + rest)
    case .chunkLine, .chunk, .chunkEnd, .trailers: offence = .truncatedChunks(received: received)
    }
    let error = HTTPError(offence: offence, offset: total)
    failure = error
    throw error
  }
}

// MARK: - Steps

extension HTTPDecoder {
  /// Takes some of the input, of which there is some, and adds what it finds in a chunk to `chunks`.
  private mutating func step(_ chunks: inout [UInt8]) throws(HTTPError.Offence) -> Event? {
    switch state {
    case .statusLine:
      try checkBeginning()
      guard let line = try takeLine(limit: Self.headLimit, .headTooLong(limit: Self.headLimit))
      else { return nil }
      headSize = line.count
      head = try HTTPHead(statusLine: try Self.checked(line))
      state = .fields
      return nil
    case .fields:
      guard let line = try takeHeadLine() else { return nil }
      guard line.isEmpty else {
        head?.fields.append(try HTTPHead.Field(line: line))
        return nil
      }
      return try endHead()
    case .counted(let rest):
      let bytes = takeBytes(rest)
      state = .counted(rest - bytes.count)
      return body(bytes)
    case .toEnd: return body(takeBytes(.max))
    case .chunkLine:
      guard let line = try takeLine(limit: Self.chunkLineLimit, .chunkLine) else { return nil }
      let size = try Self.chunkSize(line)
      (headSize, fieldCount) = (0, 0)
      state = size == 0 ? .trailers : .chunk(size)
      return nil
    case .chunk(let rest):
      let before = chunks.count
      chunks += input[taken..<(taken + min(rest, input.count - taken))]
      taken += chunks.count - before
      let missing = rest - (chunks.count - before)
      state = missing == 0 ? .chunkEnd("\r") : .chunk(missing)
      return nil
    case .chunkEnd(let wanted):
      guard input[taken] == UInt8(truncatingIfNeeded: wanted.value) else { throw .chunkEnd }
      taken += 1
      state = wanted == "\r" ? .chunkEnd("\n") : .chunkLine
      return nil
    case .trailers:
      guard let line = try takeHeadLine() else { return nil }
      if line.isEmpty { state = .counted(0) } else { _ = try HTTPHead.Field(line: line) }
      return nil
    case .done:
      // Whatever the server says more.
      taken = input.count
      return nil
    }
  }

  /// Refuses what is not HTTP on its first bytes: a server of something else may never end its line.
  private func checkBeginning() throws(HTTPError.Offence) {
    let beginning = (line + input[taken...].prefix(5)).prefix(5)
    guard "HTTP/".utf8.starts(with: beginning) else { throw .notHTTP }
  }

  private mutating func endHead() throws(HTTPError.Offence) -> Event? {
    guard let head else { return nil }
    (headSize, fieldCount) = (0, 0)
    guard head.status >= 200 else {
      guard head.status != 101 else { throw .switchedProtocols }
      interimCount += 1
      guard interimCount <= Self.interimLimit else {
        throw .tooManyInterim(limit: Self.interimLimit)
      }
      state = .statusLine
      return .interim(head)
    }
    let body = try HTTPBody(of: head)
    switch body {
    case .counted(let count): state = .counted(count)
    case .chunked: state = .chunkLine
    case .toEnd: state = .toEnd
    }
    return .head(head, body)
  }

  private mutating func body(_ bytes: [UInt8]) -> Event {
    received += bytes.count
    return .body(bytes)
  }

  /// Takes so many bytes, or as many as there are; all of them are not copied.
  private mutating func takeBytes(_ most: Int) -> [UInt8] {
    guard taken == 0, input.count <= most else {
      let bytes = Array(input[taken...].prefix(most))
      taken += bytes.count
      return bytes
    }
    defer { (past, input) = (past + input.count, []) }
    return input
  }

  // MARK: - Lines

  /// Takes the rest of a line, without its LF; nil when its end is not there.
  private mutating func takeLine(
    limit: Int, _ offence: HTTPError.Offence
  ) throws(HTTPError.Offence) -> [UInt8]? {
    let end = input.span.firstIndex(of: Byte.lf, from: taken)
    let piece = input[taken..<(end ?? input.count)]
    guard line.count + piece.count <= limit else { throw offence }
    line += piece
    taken = end.map { $0 + 1 } ?? input.count
    guard end != nil else { return nil }
    defer { line = [] }
    return line
  }

  /// Takes the rest of a line of a head, without its line end, which may be an LF alone.
  private mutating func takeHeadLine() throws(HTTPError.Offence) -> ArraySlice<UInt8>? {
    let limit = HTTPError.Offence.headTooLong(limit: Self.headLimit)
    guard let line = try takeLine(limit: Self.headLimit - headSize, limit) else { return nil }
    headSize += line.count
    let text = try Self.checked(line)
    fieldCount += text.isEmpty ? 0 : 1
    guard fieldCount <= Self.fieldLimit else { throw .tooManyFields(limit: Self.fieldLimit) }
    return text
  }

  /// A line without the CR at its end, when nothing else in it could be taken for a line end.
  private static func checked(_ line: [UInt8]) throws(HTTPError.Offence) -> ArraySlice<UInt8> {
    let text = line.last == Byte.cr ? line.dropLast() : line[...]
    if text.contains(Byte.cr) { throw .strayByte(Byte.cr) }
    if text.contains(0) { throw .strayByte(0) }
    return text
  }

  /// Reads `1A`, and `1A;name=value`, of which only the number counts.
  private static func chunkSize(_ line: [UInt8]) throws(HTTPError.Offence) -> Int {
    guard line.last == Byte.cr else { throw .chunkLine }
    let text = try checked(line)
    let digits = text.prefix(while: \.isHexDigit)
    let rest = text[digits.endIndex...].trimmed
    guard rest.isEmpty || rest.first == UInt8(ascii: ";"),
      let size = HTTPNumber.hexadecimal(digits)
    else { throw .chunkSize }
    return size
  }
}
