import Testing

@testable import Wire

/// What one answer decodes to.
struct Answer: Equatable {
  var interims: [Int] = []
  var head: HTTPHead?
  var framing: HTTPBody?
  var body: [UInt8] = []
  var isWhole = false
  var error: HTTPError?

  var text: String { String(decoding: body, as: UTF8.self) }

  /// Feeds `pieces` to a new decoder, and ends the stream after the last.
  init(_ pieces: [[UInt8]]) {
    var decoder = HTTPDecoder()
    do throws(HTTPError) {
      for piece in pieces {
        decoder.receive(piece)
        while let event = try decoder.next() { take(event) }
      }
      if let event = try decoder.finish() { take(event) }
    } catch {
      self.error = error
    }
  }

  init(_ text: String) { self.init([Array(text.utf8)]) }

  private mutating func take(_ event: HTTPDecoder.Event) {
    switch event {
    case .interim(let head): interims.append(head.status)
    case .head(let head, let framing): (self.head, self.framing) = (head, framing)
    case .body(let bytes): body += bytes
    case .end: isWhole = true
    }
  }
}

/// Answers as servers send them, and what is their body.
let recordedAnswers: [(name: String, stream: String, body: String)] = [
  ("counted", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"),
  (
    "more than was counted", "HTTP/1.1 200 OK\r\ncontent-length:5 \r\n\r\nhelloHTTP/1.1 400",
    "hello"
  ),
  ("empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
  ("to the end", "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello\n", "hello\n"),
  ("to the end, nothing", "HTTP/1.0 404 Not Found\r\n\r\n", ""),
  (
    "chunked",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=\"y\"\r\n \r\n"
      + "00005 \t;a\r\nworld\r\n0\r\nExpires: never\r\n\r\n", "hello world"
  ),
  ("chunked, nothing", "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n", ""),
  ("no content", "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\nignored", ""),
  ("not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", ""),
  (
    "interim",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      + "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nhi", "hi"
  ),
  ("line ends of one byte", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "hi"),
  ("no reason", "HTTP/1.1 200\r\nX:\r\nContent-Length: 2\r\n\r\nhi", "hi"),
]

@Suite("HTTPDecoder")
struct HTTPDecoderTests {
  @Test("an answer gives its body", arguments: recordedAnswers)
  func whole(name: String, stream: String, body: String) {
    let answer = Answer(stream)
    #expect(answer.text == body)
    #expect(answer.isWhole && answer.error == nil)
  }

  @Test(
    "every split into two or three pieces gives what the whole gives", arguments: recordedAnswers)
  func splits(name: String, stream: String, body: String) {
    let bytes = Array(stream.utf8)
    let whole = Answer([bytes])
    for first in 0...bytes.count {
      #expect(Answer([Array(bytes[..<first]), Array(bytes[first...])]) == whole)
      let second = (first + bytes.count) / 2
      #expect(
        Answer([Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])])
          == whole)
    }
    for size in 1...9 { #expect(Answer(bytes.pieces(of: size)) == whole) }
  }

  @Test("every answer that is cut short is an error, but for one that lasts until the end")
  func truncated() {
    for (name, stream, body) in recordedAnswers where name != "more than was counted" {
      let bytes = Array(stream.utf8)
      // What has no body ends with its head.
      let isShort = name == "no content"
      for count in 0..<(isShort ? bytes.count - 7 : bytes.count) {
        let answer = Answer([Array(bytes[..<count])])
        if answer.framing == .toEnd {
          #expect(answer.isWhole && body.hasPrefix(answer.text))
        } else {
          #expect(!answer.isWhole && answer.error != nil, "\(name) after \(count)")
          #expect(body.hasPrefix(answer.text))
        }
      }
    }
  }

  @Test("the head is as it was sent, its blanks aside")
  func head() throws {
    let answer = Answer("HTTP/1.1 404 Not  Found \r\nA-b: 1 \t\r\na-B:\t2\r\nC:\r\n\r\n")
    let head = try #require(answer.head)
    #expect(head.status == 404 && head.minorVersion == 1)
    #expect(String(decoding: head.reason, as: UTF8.self) == "Not  Found ")
    #expect(head.fields.map(\.name) == ["A-b", "a-B", "C"])
    #expect(head.values(of: "A-B") == [Array("1".utf8), Array("2".utf8)])
    #expect(head.value(of: "c") == [] && head.value(of: "d") == nil)
  }

  @Test("interim answers are told of, and do not count as the answer")
  func interim() {
    let answer = Answer(recordedAnswers.first { $0.name == "interim" }?.stream ?? "")
    #expect(answer.interims == [100, 103] && answer.head?.status == 200)
  }

  private static let ok = "HTTP/1.1 200 OK\r\n"
  private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

  @Test(
    "what is wrong is named, with its place",
    arguments: [
      ("SSH-2.0-x\r\n", .notHTTP, 0), ("HTTX", .notHTTP, 0),
      ("\r\nHTTP/1.1 200 OK\r\n", .notHTTP, 0),
      ("http/1.1 200 OK\r\n\r\n", .notHTTP, 0), ("HTTP/2 200\r\n\r\n", .version, 0),
      ("HTTP/1 200 OK\r\n", .version, 0), ("HTTP/1.x 200 OK\r\n", .version, 0),
      ("HTTP/1.11 200 OK\r\n", .version, 0), ("HTTP/1.1\r\n", .status, 0),
      ("HTTP/1.1 20 OK\r\n", .status, 0), ("HTTP/1.1 2000 OK\r\n", .status, 0),
      ("HTTP/1.1 099 OK\r\n", .status, 0), ("HTTP/1.1 +20 OK\r\n", .status, 0),
      ("HTTP/1.1  200 OK\r\n", .status, 0), ("HTTP/1.1 200 O\rK\r\n", .strayByte(13), 0),
      (ok + "A: \0\r\n", .strayByte(0), 17), (ok + "A b: c\r\n", .fieldName, 17),
      (ok + "A : b\r\n", .fieldName, 17), (ok + ": b\r\n", .fieldName, 17),
      (ok + "Ab\r\n", .fieldName, 17), (ok + "Ä: b\r\n", .fieldName, 17),
      (ok + "A: b\r\n c\r\n", .foldedField, 23), (ok + "\tc\r\n", .foldedField, 17),
      (ok + "Content-Length: -1\r\n\r\n", .contentLength, 37),
      (ok + "Content-Length: +1\r\n\r\n", .contentLength, 37),
      (ok + "Content-Length: 1 1\r\n\r\n", .contentLength, 38),
      (ok + "Content-Length:\r\n\r\n", .contentLength, 34),
      (ok + "Content-Length: 1,\r\n\r\n", .contentLength, 37),
      (ok + "Content-Length: 0x1\r\n\r\n", .contentLength, 38),
      (ok + "Content-Length: 9223372036854775808\r\n\r\n", .contentLength, 54),
      (ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", .conflictingLengths, 55),
      (ok + "Content-Length: 1, 2\r\n\r\n", .conflictingLengths, 39),
      (ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", .transferCoding, 51),
      (
        ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .transferCoding, 73
      ),
      (ok + "Transfer-Encoding: identity\r\n\r\n", .transferCoding, 46),
      (ok + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .bothLengths, 64),
      ("HTTP/1.1 101 Switching\r\n\r\n", .switchedProtocols, 24),
      (chunked + "x\r\n", .chunkSize, 47), (chunked + "\r\n", .chunkSize, 47),
      (chunked + "-1\r\n", .chunkSize, 47), (chunked + "0x1\r\n", .chunkSize, 47),
      (chunked + "1 1\r\n", .chunkSize, 47), (chunked + "8000000000000000\r\n", .chunkSize, 47),
      (chunked + "fffffffffffffffff\r\n", .chunkSize, 47), (chunked + "1\n", .chunkLine, 47),
      (chunked + "1\r\nab\r\n", .chunkEnd, 51), (chunked + "1\r\na\n", .chunkEnd, 51),
      (chunked + "1\r\na\r0", .chunkEnd, 52), (chunked + "0\r\nx\r\n", .fieldName, 50),
      ("", .noAnswer, 0), ("HTTP", .truncatedHead, 4), (ok, .truncatedHead, 17),
      (ok + "Content-Length: 5\r\n\r\nhel", .truncatedBody(received: 3, expected: 5), 41),
      (chunked + "5\r\nhel", .truncatedChunks(received: 3), 53),
      (chunked + "1\r\na\r\n0\r\n", .truncatedChunks(received: 1), 56),
    ] as [(String, HTTPError.Offence, Int)])
  func wrong(stream: String, offence: HTTPError.Offence, offset: Int) {
    let bytes = Array(stream.utf8)
    let whole = Answer([bytes])
    #expect(whole.error == HTTPError(offence: offence, offset: offset))
    #expect(!whole.isWhole)
    for size in 1...7 { #expect(Answer(bytes.pieces(of: size)) == whole) }
  }

  @Test("limits hold to the byte, and are told before a line has ended")
  func limits() {
    let start = "HTTP/1.1 200 OK\r\nA: "
    // The head's lines without their LFs, and the CR of the last, empty one.
    let room = HTTPDecoder.headLimit - start.utf8.count + 1 - 2
    let fits = Answer(start + String(repeating: "x", count: room) + "\r\n\r\n")
    #expect(fits.error == nil && fits.isWhole)
    for stream in [
      start + String(repeating: "x", count: room + 1) + "\r\n\r\n",
      start + String(repeating: "x", count: 70_000),
      "HTTP/" + String(repeating: "x", count: 70_000),
    ] {
      let whole = Answer(stream)
      #expect(whole.error?.offence == .headTooLong(limit: HTTPDecoder.headLimit))
      #expect(Answer(Array(stream.utf8).pieces(of: 1000)) == whole)
    }
    let many = { (count: Int) in Self.ok + String(repeating: "A: b\r\n", count: count) + "\r\n" }
    #expect(Answer(many(HTTPDecoder.fieldLimit)).isWhole)
    #expect(
      Answer(many(HTTPDecoder.fieldLimit + 1)).error?.offence
        == .tooManyFields(limit: HTTPDecoder.fieldLimit))
    let extensions = { (count: Int) in
      Self.chunked + "1;" + String(repeating: "x", count: count) + "\r\na\r\n0\r\n\r\n"
    }
    #expect(Answer(extensions(HTTPDecoder.chunkLineLimit - 3)).isWhole)
    #expect(Answer(extensions(HTTPDecoder.chunkLineLimit - 2)).error?.offence == .chunkLine)
    let trailers = Self.chunked + "0\r\n" + String(repeating: "A: b\r\n", count: 300)
    #expect(Answer(trailers).error?.offence == .tooManyFields(limit: HTTPDecoder.fieldLimit))
    let interims = { (count: Int) in
      String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: count) + Self.ok + "\r\n"
    }
    #expect(Answer(interims(HTTPDecoder.interimLimit)).isWhole)
    #expect(
      Answer(interims(HTTPDecoder.interimLimit + 1)).error?.offence
        == .tooManyInterim(limit: HTTPDecoder.interimLimit))
  }

  @Test("what came before a broken chunk is given out, and the error stays")
  func poisoned() throws {
    var decoder = HTTPDecoder()
    decoder.receive(Array((Self.chunked + "3\r\nabc\r\nx\r\n").utf8))
    guard case .head = try decoder.next() else { return #expect(Bool(false)) }
    #expect(try decoder.next() == .body(Array("abc".utf8)))
    for _ in 0..<3 {
      #expect(throws: HTTPError(offence: .chunkSize, offset: 55)) { try decoder.next() }
      #expect(throws: HTTPError(offence: .chunkSize, offset: 55)) { try decoder.finish() }
    }
    #expect(decoder.received == 3)
  }

  @Test("an answer with a length has ended before the stream has")
  func keepAlive() throws {
    for stream in [Self.ok + "Content-Length: 1\r\n\r\na", Self.chunked + "1\r\na\r\n0\r\n\r\n"] {
      var decoder = HTTPDecoder()
      decoder.receive(Array(stream.utf8))
      var events: [HTTPDecoder.Event] = []
      while let event = try decoder.next() { events.append(event) }
      #expect(events.last == .end)
      #expect(try decoder.finish() == nil)
    }
  }

  @Test(
    "recorded answers with random bytes changed decode the same at any split", arguments: 0..<40)
  func mutated(seed: Int) {
    var random = Seeded(seed: UInt64(seed) + 1)
    let alphabet = Array("\r\n :;,0159afx\0".utf8) + [0x80, 0xFF]
    for (_, stream, _) in recordedAnswers {
      var bytes = Array(stream.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        let byte = alphabet.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.remove(at: place)
        }
      }
      let whole = Answer([bytes])
      for size in [1, 2, 3, 5, 11, 40] { #expect(Answer(bytes.pieces(of: size)) == whole) }
      #expect(whole.isWhole == (whole.error == nil))
    }
  }

  @Test(
    "a content range is a part of bytes, or nothing",
    arguments: [
      ("bytes 5-9/10", 5...9, 10), ("bytes 0-0/*", 0...0, nil), ("Bytes 5-9/10 ", 5...9, 10),
      ("bytes */10", nil, 10),
    ] as [(String, ClosedRange<Int>?, Int?)])
  func contentRange(value: String, part: ClosedRange<Int>?, whole: Int?) throws {
    let range = try #require(HTTPContentRange(Array(value.utf8)))
    #expect(range.part == part && range.whole == whole)
  }

  @Test(
    "what is no content range is nil",
    arguments: [
      "", "bytes", "bytes 5-9", "bytes 9-5/10", "bytes 5-10/10", "bytes -5/10", "bytes 5-/10",
      "bytes */*", "items 5-9/10", "bytes 5-9/10/11", "bytes +5-9/10",
      "bytes 5-9/99999999999999999999",
    ])
  func noContentRange(value: String) {
    #expect(HTTPContentRange(Array(value.utf8)) == nil)
  }

  @Test("the lessons' requests are exact, and ours names the host and asks for nothing packed")
  func requests() throws {
    #expect(
      HTTPRequest.plain10(try HTTPURL("http://www.python.org/index.html"))
        == hex("474554202f696e6465782e68746d6c20485454502f312e300d0a0d0a"))
    #expect(
      HTTPRequest.plain11(try HTTPURL("http://crisewing.com/"))
        == hex(
          "474554202f20485454502f312e310d0a486f73743a20637269736577696e672e636f6d0d0a0d0a"))
    let range = HTTPHead.Field(name: "Range", value: Array("bytes=5-".utf8))
    let request = HTTPRequest.get(
      try HTTPURL("http://[::1]:8/x?y"), agent: "parley/1", fields: [range])
    #expect(
      String(decoding: request, as: UTF8.self)
        == "GET /x?y HTTP/1.1\r\nHost: [::1]:8\r\nUser-Agent: parley/1\r\nAccept: */*\r\n"
        + "Accept-Encoding: identity\r\nConnection: close\r\nRange: bytes=5-\r\n\r\n")
  }
}
