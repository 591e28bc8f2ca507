/// The bytes that ask for a URL.
package enum HTTPRequest {
  /// A GET of HTTP/1.1 whose answer comes as it is stored, over a connection that is not kept.
  ///
  /// `agent` and the values of `fields` are the program's own words, or values of fields that were received.
  package static func get(
    _ url: HTTPURL, agent: String, fields: [HTTPHead.Field] = []
  ) -> [UInt8] {
    var text = """
      GET \(url.target) HTTP/1.1\r
      Host: \(url.hostField)\r
      User-Agent: \(agent)\r
      Accept: */*\r
      Accept-Encoding: identity\r
      Connection: close\r

      """.bytes
    for field in fields { text += "\(field.name): ".bytes + field.value + "\r\n".bytes }
    return text + "\r\n".bytes
  }

  /// The lessons' request of HTTP/1.0: one line and no field.
  package static func plain10(_ url: HTTPURL) -> [UInt8] {
    "GET \(url.target) HTTP/1.0\r\n\r\n".bytes
  }

  /// The lessons' request of HTTP/1.1: one line and the host.
  package static func plain11(_ url: HTTPURL) -> [UInt8] {
    "GET \(url.target) HTTP/1.1\r\nHost: \(url.hostField)\r\n\r\n".bytes
  }
}

extension String {
  fileprivate var bytes: [UInt8] { Array(utf8) }
}
