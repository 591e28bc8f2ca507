import Wire

/// What `parley get` was asked for.
struct GetOptions: CommandOptions {
  /// A request of the lessons, byte by byte.
  enum Raw: String, CaseIterable {
    case http10 = "1.0"
    case http11 = "1.1"
  }

  var url = ""
  /// nil: standard output.
  var file: String?
  var continues = false
  var showsHead = false
  var maxRedirects = 10
  var fails = false
  var raw: Raw?
  var timeout = TimeLimit.standard
}

extension GetOptions {
  func run() -> ExitCode { Get.run(self) }

  static var verb: Verb<GetOptions> {
    Verb(
      name: "get",
      summary: "fetch a URL over HTTP",
      operandUsage: "URL",
      operandCount: 1...1,
      notes: [
        """
        URL is http://HOST[:PORT]/PATH?QUERY; without a scheme http:// is meant. The body comes out \
        as the server has it stored, on standard output or in a file. An answer that is cut short or \
        breaks the rules of HTTP is an error, and the exit code is 1.
        """,
        """
        Examples:
          parley get http://127.0.0.1:8000/
          parley get example.org/image.iso -o image.iso
          parley get example.org/image.iso -o image.iso -C   go on with it
        """,
      ],
      groups: [Verb.Group("Options", ordinary), Verb.Group("Requests of the lessons", raw)],
      initial: GetOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.url = operands.first ?? ""
      },
      validate: { (options) throws(UsageError) in
        if options.continues, options.file == nil {
          throw UsageError("--continue needs --output, the file to continue")
        }
        if options.raw != nil, options.continues || options.showsHead || options.fails {
          throw UsageError("--raw shows the reply as it comes; it goes with --output only")
        }
        do throws(URLError) {
          _ = try HTTPURL(options.url)
        } catch {
          throw UsageError("this URL cannot be fetched: \(error)")
        }
      })
  }

  private static var ordinary: [Verb<GetOptions>.Option] {
    [
      .value(
        "-o, --output", "FILE",
        "where the body goes, no pipe and no terminal; what was there is replaced", value: .file
      ) { $0.file = $1 },
      .flag("-C, --continue", "fetch only what FILE lacks, as long as it is still the same there") {
        $0.continues = true
      },
      .flag("-i, --include", "show the heads of the answers, too, on standard output") {
        $0.showsHead = true
      },
      .flag("--fail", "an error status shows no body, and the exit code is 1") { $0.fails = true },
      .value(
        "--max-redirects", "N",
        "how many redirects are followed; 10 unless said otherwise, with 0 they are shown"
      ) { (options, text) throws(UsageError) in
        options.maxRedirects = try count(text, in: 0...100)
      },
      .value(
        "--timeout", "S|none",
        "seconds that connecting, and then each silence, may take; 30 unless said otherwise"
      ) { (options, text) throws(UsageError) in options.timeout = try TimeLimit(text) },
    ]
  }

  private static var raw: [Verb<GetOptions>.Option] {
    [
      .value(
        "--raw", "1.0|1.1",
        """
        send no fields but the Host of 1.1, which then half-closes, and show the whole reply as it \
        comes, without following it
        """, value: .words(Raw.allCases.map(\.rawValue))
      ) { (options, text) throws(UsageError) in options.raw = try choice(text) }
    ]
  }
}
