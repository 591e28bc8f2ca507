/// The server's answer to a hello.
package struct NativeWelcome: Equatable, Sendable {
  /// The nick that was granted.
  package var nick: String
  package var seat: NativeSeat
  /// 16 bytes that give the nick back after a lost connection; nil when the server keeps no ghosts.
  package var token: [UInt8]?
  package var limits: NativeLimits?
  /// Who is in the room, oneself included.
  package var members: NativeNames?
  /// Why the nick is not the wished one; empty when there is nothing to say.
  package var remark: String
  /// Whether the nick was taken back from the client's own lost connection.
  package var isResumed: Bool

  package init(
    nick: String, seat: NativeSeat, token: [UInt8]? = nil, limits: NativeLimits? = nil,
    members: NativeNames? = nil, remark: String = "", isResumed: Bool = false
  ) {
    self.nick = nick
    self.seat = seat
    self.token = token
    self.limits = limits
    self.members = members
    self.remark = remark
    self.isResumed = isResumed
  }

  /// Field types: odd ones must be understood, even ones may be skipped.
  private enum Field {
    static let nick: UInt8 = 1
    static let token: UInt8 = 2
    static let seat: UInt8 = 3
    static let limits: UInt8 = 4
    static let members: UInt8 = 6
    static let remark: UInt8 = 8
    static let resumed: UInt8 = 10
  }
}

/// What the server takes from one client.
package struct NativeLimits: Equatable, Sendable {
  /// The longest frame, in bytes of type and body.
  package var frame: UInt32
  /// The longest body of a message, in bytes.
  package var body: UInt32
  /// A client from which nothing came for so long is cut.
  package var idleMilliseconds: UInt32

  package init(frame: UInt32, body: UInt32, idleMilliseconds: UInt32) {
    self.frame = frame
    self.body = body
    self.idleMilliseconds = idleMilliseconds
  }
}

extension NativeWelcome {
  init(from reader: inout ByteReader) throws(WireError) {
    var nick: String?
    var seat: NativeSeat?
    var token: [UInt8]?
    var limits: NativeLimits?
    var members: NativeNames?
    var remark = ""
    var isResumed = false
    try NativeField.readAll(of: &reader) { type, value throws(WireError) in
      switch type {
      case Field.nick: nick = try value.text(value.remaining)
      case Field.token: token = try value.bytes(16)
      case Field.seat: seat = try NativeSeat(from: &value)
      case Field.limits:
        limits = NativeLimits(
          frame: try value.integer(), body: try value.integer(),
          idleMilliseconds: try value.integer())
      case Field.members: members = try NativeNames(from: &value)
      case Field.remark:
        remark = try value.text(value.remaining)
        guard !remark.isEmpty else { throw .invalidValue("an empty remark") }
      case Field.resumed: isResumed = true
      default: return false
      }
      return true
    }
    guard let nick, let seat else { throw .truncated("a welcome") }
    self.init(
      nick: nick, seat: seat, token: token, limits: limits, members: members, remark: remark,
      isResumed: isResumed)
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    try NativeField.write(Field.nick, to: &writer) { $0.text(nick) }
    if let token {
      try NativeField.write(Field.token, to: &writer) { value throws(WireError) in
        try value.fixed(token, 16, "a resume token")
      }
    }
    try NativeField.write(Field.seat, to: &writer, seat.write)
    if let limits {
      try NativeField.write(Field.limits, to: &writer) {
        $0.integer(limits.frame)
        $0.integer(limits.body)
        $0.integer(limits.idleMilliseconds)
      }
    }
    if let members { try NativeField.write(Field.members, to: &writer, members.write) }
    if !remark.isEmpty {
      try NativeField.write(Field.remark, to: &writer) { $0.text(remark) }
    }
    if isResumed { try NativeField.write(Field.resumed, to: &writer) { _ in } }
  }
}
