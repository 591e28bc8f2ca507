package import Wire

/// Who somebody is in a chat without a server, as far as it can be told: by what they call themselves.
package struct PeerName: Equatable, Sendable {
  /// As the others write it: make it safe before it is shown.
  package var name: String
  /// Where they are, when the name alone does not tell who it is.
  package var place: String?
  /// Whether the name is used from elsewhere too, or the place has been known by another name.
  package var isMarked: Bool

  package init(_ name: String, place: String? = nil, isMarked: Bool = false) {
    (self.name, self.place, self.isMarked) = (name, place, isMarked)
  }
}

/// Something that happens in a chat without a server.
///
/// Names and texts are what others sent: make them safe before they are shown.
package enum PeerEvent: Equatable, Sendable {
  /// `isCut`: more was sent than arrived.
  case said(PeerName, time: Timestamp, text: [UInt8], isOwn: Bool, isCut: Bool)
  /// Bytes that are no chat text, from a place.
  case raw([UInt8], from: String, isCut: Bool)
  case joined(PeerName)
  case left(PeerName)
  /// Silent for long, or the connection is lost; the words are ours.
  case gone(PeerName, why: String)
  /// Heard again after that.
  case back(PeerName)
}

extension PeerEvent {
  /// How much memory it takes if others caused it; 0 for what is our own.
  var receivedSize: Int {
    switch self {
    case .said(let who, _, let text, let isOwn, _): isOwn ? 0 : text.count + who.name.utf8.count + 1
    case .raw(let bytes, _, _): bytes.count + 1
    case .joined(let who), .left(let who), .back(let who), .gone(let who, _):
      who.name.utf8.count + 1
    }
  }
}
