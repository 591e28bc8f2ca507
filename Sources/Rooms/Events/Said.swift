/// A text that a client wants to say, as a place in the bytes that its door has taken in.
///
/// Plain numbers: the bytes themselves are looked at where they are, by ``Room/say(_:in:by:at:_:)``.
package struct Said: Sendable {
  /// The client's own number for it; 0 behind the plain doors, which get no answer when all is well.
  package var id: UInt64
  /// 0 is the one room that the client is in.
  package var room: UInt32
  package var form: SayForm
  package var start: Int
  package var end: Int
  /// Whether its door has seen that it is printable ASCII, so that it need not be read again.
  package var isPlain: Bool
  /// How many other actions of its door it comes behind.
  var after = 0

  package init(
    _ range: Range<Int>, id: UInt64 = 0, room: UInt32 = 0, form: SayForm = .text,
    isPlain: Bool = false
  ) {
    self.id = id
    self.room = room
    self.form = form
    start = range.lowerBound
    end = range.upperBound
    self.isPlain = isPlain
  }
}
