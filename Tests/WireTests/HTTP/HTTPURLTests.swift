import Testing
import Wire

@Suite("HTTPURL")
struct HTTPURLTests {
  @Test(
    "a URL gives its host field and its target",
    arguments: [
      ("http://www.python.org/index.html", "www.python.org", "/index.html"),
      ("http://crisewing.com", "crisewing.com", "/"),
      ("HTTP://h:8080/a?b=c#d", "h:8080", "/a?b=c"),
      ("http://h:80/", "h", "/"), ("http://h:/", "h", "/"), ("h", "h", "/"),
      ("localhost:8000/x", "localhost:8000", "/x"), ("127.0.0.1:1", "127.0.0.1:1", "/"),
      ("http://h?q", "h", "/?q"), ("http://h#f", "h", "/"), ("http://h/?a=/b?c", "h", "/?a=/b?c"),
      ("http://[::1]:8080/x", "[::1]:8080", "/x"), ("http://[fe80::1%25eth0]/", "[fe80::1]", "/"),
      ("http://[fe80::1%eth0]/", "[fe80::1]", "/"), ("http://h/%41", "h", "/%41"),
      ("http://h/ü<\"\\|>", "h", "/%C3%BC%3C%22%5C%7C%3E"),
      ("http://h/../a/./b", "h", "/../a/./b"), ("http://h/@:!$&'()*+,;=~", "h", "/@:!$&'()*+,;=~"),
    ] as [(String, String, String)])
  func reads(text: String, hostField: String, target: String) throws {
    let url = try HTTPURL(text)
    #expect(url.hostField == hostField)
    #expect(url.target == target)
    #expect(try HTTPURL(url.description) == HTTPURL(String(describing: url)))
  }

  @Test("the endpoint names the port, and the zone of an address")
  func endpoint() throws {
    #expect(try HTTPURL("http://h/").endpoint == "h:80")
    #expect(try HTTPURL("http://[fe80::1%25eth0]:8/").endpoint == "[fe80::1%eth0]:8")
  }

  @Test(
    "what is no URL is refused with the reason",
    arguments: [
      ("", .noHost), ("http://", .noHost), ("http:///x", .noHost), ("http:/x", .noHost),
      ("http://:80/", .noHost), ("https://h/", .tls), ("HTTPS://h/", .tls), ("https:", .tls),
      ("ftp://h/", .scheme("ftp")), ("mailto:a@b", .scheme("mailto")),
      ("file:///x", .scheme("file")),
      ("http://u@h/", .userinfo), ("http://u:p@h/", .userinfo), ("u@h", .userinfo),
      ("http://h:0/", .port), ("http://h:65536/", .port), ("http://h:+1/", .port),
      ("http://h:99999999999999999999/", .port), ("http://h:8 0/", .control(0x20)),
      ("http://h/a b", .control(0x20)), ("http://h/\r\nX: y", .control(0x0D)),
      ("http://h/\u{7f}", .control(0x7F)), ("http://h\0/", .control(0)),
      ("\thttp://h/", .control(9)),
      ("http://h/%", .percent), ("http://h/%4", .percent), ("http://h/%4x", .percent),
      ("http://h%41/", .hostCharacter(0x25)), ("http://h_\\x/", .hostCharacter(0x5C)),
      ("http://h\"/", .hostCharacter(0x22)), ("http://bücher.example/", .hostNotASCII),
      ("http://[::1/", .brackets), ("http://[]/", .brackets), ("http://[1.2.3.4]/", .brackets),
      ("http://[::1]8/", .brackets), ("http://[::1%]/", .brackets), ("http://[::g]/", .brackets),
      ("http://::1/", .brackets), ("::1", .brackets),
    ] as [(String, URLError)])
  func refuses(text: String, error: URLError) {
    #expect(throws: error) { try HTTPURL(text) }
  }

  @Test("no refusal quotes what could be a password or move a cursor")
  func quotes() {
    for text in ["http://u:secret@h/", "http://h/\u{1b}[2J", "http://h\u{9b}/", "h\u{1b}:80"] {
      do throws(URLError) {
        _ = try HTTPURL(text)
        Issue.record("accepted \(text)")
      } catch {
        let words = Array(error.description.utf8)
        #expect(!error.description.contains("secret"))
        #expect(words.allSatisfy { (0x20..<0x7F).contains($0) || $0 >= 0x80 })
      }
    }
  }

  /// RFC 3986, 5.4, as far as it is about http.
  @Test(
    "a reference is resolved beside the URL that it came from",
    arguments: [
      ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
      ("/g", "http://a/g"), ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"),
      ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"), ("g#s", "http://a/b/c/g"),
      (";x", "http://a/b/c/;x"), ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("", "http://a/b/c/d;p?q"),
      (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"),
      ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../g", "http://a/g"),
      ("../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"),
      ("g.", "http://a/b/c/g."), (".g", "http://a/b/c/.g"), ("..g", "http://a/b/c/..g"),
      ("./g/.", "http://a/b/c/g/"), ("g/../h", "http://a/b/c/h"),
      ("g?y/../x", "http://a/b/c/g?y/../x"),
      ("http://x:8/y", "http://x:8/y"), ("//x/../y", "http://x/../y"), ("ü", "http://a/b/c/%C3%BC"),
    ])
  func resolves(reference: String, expected: String) throws {
    let base = try HTTPURL("http://a/b/c/d;p?q")
    #expect(try base.resolving(Array(reference.utf8)).description == expected)
  }

  @Test(
    "a reference to elsewhere is refused with the reason",
    arguments: [
      ("https://a/", .tls), ("javascript:x", .scheme("javascript")), ("http:g", .noHost),
      ("/a b", .control(0x20)), ("/%x", .percent), ("//u@h/", .userinfo),
    ] as [(String, URLError)])
  func refusesReference(reference: String, error: URLError) throws {
    let base = try HTTPURL("http://a/b")
    #expect(throws: error) { try base.resolving(Array(reference.utf8)) }
  }

  @Test("random bytes are a URL or refused, and what was read can be read again")
  func random() throws {
    var random = Seeded(seed: 1)
    let alphabet = Array("htp:/?#[]@%.a1\\ é\u{1b}".utf8)
    let base = try HTTPURL("http://a/b/c")
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      for url in [
        try? HTTPURL("http://" + String(decoding: bytes, as: UTF8.self)),
        try? base.resolving(bytes),
      ].compactMap(\.self) {
        #expect(try HTTPURL(url.description).description == url.description)
        #expect(url.target.utf8.allSatisfy { (0x21..<0x7F).contains($0) })
      }
    }
  }
}
