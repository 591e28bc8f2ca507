import Chat
import Rooms
import Testing
import Wire

@testable import parley

@Suite("Mentions")
struct MentionsTests {
  private func mentions(of name: String) -> Mentions {
    var mentions = Mentions()
    mentions.learn(.named(name))
    return mentions
  }

  private func message(
    _ text: String, isOwn: Bool = false, isHistory: Bool = false
  ) -> MemberEvent {
    .message(
      MemberMessage(
        wall: 0, nick: "bob", body: Array(text.utf8), isOwn: isOwn, isHistory: isHistory))
  }

  @Test(
    "a name is found as a word of its own, in whatever case, width and composition",
    arguments: [
      ("ann", "ann"), ("ann", "hi ann!"), ("ann", "ANN: hi"), ("ann", "(Ann)"), ("ann", "@ann"),
      ("ann", "ann's"), ("ann", "bob,ann"), ("ann", "-ann-"), ("ann", "ａｎｎ"), ("é", "e\u{301}"),
      ("e\u{301}va", "Éva?"), ("ann-2", "is ann-2 here"), ("a.b", "well, a.b."), ("日本", "、日本。"),
      ("☃", "a ☃ b"), ("Ann Lee", "hello ann lee!"), ("x_y", "X_Y"), ("ann", "\u{1b}[1mann\u{1b}"),
    ])
  func found(name: String, text: String) {
    let mentions = mentions(of: name)
    #expect(mentions.mentionsUs(message(text)) == (text != "\u{1b}[1mann\u{1b}"))
    let peer = PeerEvent.said(
      PeerName("bob"), time: .unknown, text: Array("so: \(name)".utf8), isOwn: false,
      isCut: false)
    #expect(mentions.mentionsUs(.peer(peer)))
  }

  @Test(
    "a part of a word is no mention",
    arguments: [
      ("ann", "anna"), ("ann", "joann"), ("ann", "ann-2"), ("ann", "an n"), ("ann", "ann\u{301}"),
      ("ann", "ann_b"), ("a.b", "a b"), ("Ann Lee", "ann and lee"), ("Ann Lee", "lee"), ("ann", ""),
      ("日本", "日本語"), ("ann", "аnn"),
    ])
  func notFound(name: String, text: String) {
    let mentions = mentions(of: name)
    #expect(!mentions.mentionsUs(message(text)))
  }

  @Test("our own words are none; a whisper always is; a new name counts at once")
  func kinds() {
    var mentions = mentions(of: "ann")
    #expect(!mentions.mentionsUs(message("ann", isOwn: true)))
    let own = PeerEvent.said(
      PeerName("ann"), time: .unknown, text: Array("ann".utf8), isOwn: true, isCut: false)
    #expect(!mentions.mentionsUs(.peer(own)))
    #expect(
      mentions.mentionsUs(.whisper(NativeWhisper(from: "bob", wall: 0, body: Array("hi".utf8)))))
    mentions.learn(.reply(.nick("eve")))
    #expect(!mentions.mentionsUs(message("ann")))
    #expect(mentions.mentionsUs(message("eve")))
    let nobody = Mentions()
    #expect(!nobody.mentionsUs(message("ann")))
  }

  @Test("the bell rings at most once a second, and never for what was said long ago")
  func bell() {
    var mentions = mentions(of: "ann")
    let start = Instant(nanoseconds: 5_000_000_000)
    let old = message("ann", isHistory: true)
    #expect(mentions.mentionsUs(old))
    let ringsForOld = mentions.rings(for: old, at: start)
    #expect(!ringsForOld)
    var rung = 0
    for step in 0..<100 {
      let rings = mentions.rings(for: message("ann"), at: start + .milliseconds(50 * step))
      if rings { rung += 1 }
    }
    #expect(rung == 5)
  }
}
