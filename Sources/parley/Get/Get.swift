import Glibc
import Rooms
import Sockets
import Wire

/// `parley get`: asks, follows redirects, and puts the body where it belongs.
final class Get: @unchecked Sendable {
  // @unchecked: confined to the loop's thread once it runs.

  private static let standardTimeout = Duration.seconds(30)

  private let options: GetOptions
  private let loop: EventLoop
  private let timeout: Timeout
  private let output: StandardOutput
  private let file: DownloadFile?
  private let meter: ProgressMeter?

  private init(
    _ options: GetOptions, _ file: DownloadFile?, _ meter: ProgressMeter?, on loop: EventLoop
  ) throws {
    (self.options, self.file, self.meter, self.loop) = (options, file, meter, loop)
    timeout = options.timeout.orStandard(Get.standardTimeout)
    output = try StandardOutput(on: loop)
  }

  /// Runs the command to its end; whatever stops it, a file that was begun is kept and named.
  static func run(_ options: GetOptions) -> ExitCode {
    // A file over the limit of its size is then an error like a full disk, not the end of the program.
    Signals.block([SIGXFSZ])
    let file = options.file.map(DownloadFile.init)
    let meter = file == nil ? nil : ProgressMeter()
    return Program.run(
      "get",
      onSignal: { signal in
        meter?.leave()
        if let kept = file?.kept { Output.error.write("parley get: \(kept)\n") }
        return ExitCode(signal: signal)
      }
    ) { loop in
      do {
        return try await Get(options, file, meter, on: loop).runAtSight()
      } catch let error where !(error is CancellationError || error is NobodyReads) {
        meter?.leave()
        let words = [words(for: error), file?.kept].compactMap(\.self).joined(separator: "; ")
        throw Complaint(words, code(for: error))
      }
    }
  }

  private static func words(for error: any Error) -> String {
    guard let error = error as? URLError else { return "\(error)" }
    return "the server redirects to what cannot be fetched: \(error)"
  }

  private static func code(for error: any Error) -> ExitCode {
    error is HTTPError || error is URLError ? .wrong : ExitCode(any: error)
  }

  /// Runs; the bar goes on also while the server is silent.
  private func runAtSight() async throws -> ExitCode {
    guard let meter else { return try await run() }
    return try await withThrowingTaskGroup(of: ExitCode.self) { group in
      group.addTask { try await self.run() }
      group.addTask {
        while true {
          try await self.loop.sleep(for: .seconds(1))
          meter.advance(by: 0, now: self.loop.now)
        }
      }
      defer { group.cancelAll() }
      return try await group.next() ?? .done
    }
  }

  private func run() async throws -> ExitCode {
    var url = try HTTPURL(options.url)
    if let raw = options.raw {
      try await showReply(to: raw, url)
      return .done
    }
    var seen: Set<HTTPURL> = [url]
    while let location = try await fetch(url) {
      url = try url.resolving(location)
      guard seen.insert(url).inserted else {
        throw Complaint("the server redirects in a circle, again to \(url)")
      }
      guard seen.count - 1 <= options.maxRedirects else {
        throw Complaint("more than \(options.maxRedirects) redirects, the last one to \(url)")
      }
    }
    return .done
  }

  private func connected<Result: Sendable>(
    to url: HTTPURL, _ body: @escaping @Sendable @concurrent (Connection) async throws -> Result
  ) async throws -> Result {
    var limits = Connect.Options()
    limits.timeout = timeout
    return try await Connect.to(Address(url.endpoint), on: loop, options: limits) { connection in
      connection.timeout = self.timeout
      return try await body(connection)
    }
  }

  // MARK: - A request of the lessons

  private func showReply(to raw: GetOptions.Raw, _ url: HTTPURL) async throws {
    try await connected(to: url) { try await self.showReply(to: raw, url, $0) }
  }

  /// Shows all that comes.
  ///
  /// A reply of HTTP/1.1 ends where it says: its server may leave the connection open.
  private func showReply(
    to raw: GetOptions.Raw, _ url: HTTPURL, _ connection: Connection
  ) async throws {
    try file?.open(at: 0)
    var answer = AnswerStream(connection)
    switch raw {
    case .http10:
      try await connection.write(HTTPRequest.plain10(url))
      while let bytes = try await answer.nextBytes() { try await write(bytes) }
    case .http11:
      try await connection.write(HTTPRequest.plain11(url))
      try await connection.shutdownWrite()
      while let bytes = try await answer.nextBytes() {
        try await write(bytes)
        if try answer.hasEnd(after: bytes) { break }
      }
      try answer.checkEnd()
    }
    try file?.finish()
  }

  // MARK: - An ordinary request

  /// Asks for a URL, and keeps the answer unless it says where else to ask.
  private func fetch(_ url: HTTPURL) async throws -> [UInt8]? {
    try await connected(to: url) { try await self.fetch(url, $0) }
  }

  private func fetch(_ url: HTTPURL, _ connection: Connection) async throws -> [UInt8]? {
    let start = options.continues ? try file?.size() ?? 0 : 0
    let validator = start > 0 ? file?.validator : nil
    let request = HTTPRequest.get(
      url, agent: "parley/\(version)",
      fields: start > 0 ? DownloadFile.rangeFields(from: start, validator: validator) : [])
    try await connection.write(request)
    var answer = AnswerStream(connection)
    while let event = try await answer.next() {
      switch event {
      case .interim(let head): try await show(head)
      case .head(let head, let body):
        try await show(head)
        if options.maxRedirects > 0, let location = head.location { return location }
        guard try begin(head, body, from: start, validator) else { return nil }
      case .body(let bytes): try await write(bytes)
      case .end: try end(start)
      }
    }
    return nil
  }

  /// Decides by its head what becomes of an answer.
  ///
  /// - Returns: false when there is nothing to be fetched any more.
  /// - Throws: ``Complaint`` when the answer is not one to what was asked.
  private func begin(
    _ head: HTTPHead, _ body: HTTPBody, from start: Int, _ validator: [UInt8]?
  ) throws -> Bool {
    let status = "\(head.status) \(String(decoding: SafeText.safe(head.reason), as: UTF8.self))"
    var place = 0
    whole = nil
    switch head.status {
    case 206:
      guard let range = head.contentRange, let part = range.part, start > 0,
        part.lowerBound == start
      else { throw Complaint("the server sends another part than was asked for") }
      if case .counted(let count) = body, count != part.count {
        throw Complaint("the server sends a part whose length is not what it says")
      }
      try checkSame(head, validator)
      (place, whole) = (start, range.whole)
    case 416 where start > 0:
      guard let whole = head.contentRange?.whole else {
        throw Complaint("the server has no part from byte \(start) on")
      }
      guard whole == start else {
        throw Complaint("the server has \(whole) bytes, fewer than the file")
      }
      try checkSame(head, validator)
      remark("\(file?.name ?? "") is whole already")
      return false
    case 200:
      if start > 0 { remark("the server sends all of it again") }
    case 400... where options.fails: throw Complaint(status)
    default:
      // What goes on must not end in a page that says why it cannot.
      if start > 0 { throw Complaint(status) }
      if head.status >= 400 { remark(status) }
    }
    if whole == nil, case .counted(let count) = body { whole = count }
    try file?.open(at: place)
    if place == 0 { file?.keepValidator(of: head) }
    meter?.begin(at: place, of: whole, now: loop.now)
    return true
  }

  /// Checks that an answer is about what the file is a part of: not every server heeds If-Range.
  private func checkSame(_ head: HTTPHead, _ validator: [UInt8]?) throws {
    guard let validator else {
      return remark("cannot tell whether it is still the same file there")
    }
    guard !DownloadFile.isOther(head, than: validator) else {
      throw Complaint(
        "the server has another file there now; without --continue it replaces this one")
    }
  }

  /// How many bytes the file has in the end, if that is known.
  private var whole: Int?

  private func end(_ start: Int) throws {
    if let file, let whole, file.count != whole {
      throw Complaint("the server sent no more of its \(whole) bytes")
    }
    meter?.end(now: loop.now)
    try file?.finish()
  }

  private func write(_ bytes: [UInt8]) async throws {
    // A server that is faster than we are never makes us wait: signals must have their turn.
    await Task.yield()
    try Task.checkCancellation()
    guard let file else { return try await output.write(bytes) }
    try file.write(bytes)
    meter?.advance(by: bytes.count, now: loop.now)
  }

  /// Shows a head where it was asked for, without what a terminal could obey.
  private func show(_ head: HTTPHead) async throws {
    guard options.showsHead else { return }
    var text = Array("HTTP/1.\(head.minorVersion) \(head.status) ".utf8)
    SafeText.append(head.reason, to: &text)
    for field in head.fields {
      text += Array("\r\n\(field.name): ".utf8)
      SafeText.append(field.value, to: &text)
    }
    try await output.write(text + Array("\r\n\r\n".utf8))
  }

  private func remark(_ words: String) { Output.error.write("parley get: \(words)\n") }
}
