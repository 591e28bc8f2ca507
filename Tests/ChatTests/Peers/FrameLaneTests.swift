import Glibc
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("The rules of a link of chat texts")
struct FrameLaneTests {
  private let start = Instant(nanoseconds: 1_000_000_000_000)
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// All payloads that these bytes bring, given in pieces of this size.
  private func payloads(of bytes: [UInt8], by size: Int, _ lane: inout FrameLane) -> [String] {
    var texts: [String] = []
    for begin in stride(from: 0, to: bytes.count, by: size) {
      lane.receive(Array(bytes[begin..<min(begin + size, bytes.count)]).span)
      while let payload = lane.nextPayload() {
        texts.append(String(decoding: payload, as: UTF8.self))
      }
      lane.listen(at: start)
    }
    return texts
  }

  @Test("however the bytes are split, the texts are the same", arguments: [FrameFormat.u16, .u32])
  func splits(format: FrameFormat) throws {
    var stream: [UInt8] = []
    for text in ["a", "è € 😀", String(repeating: "x", count: 1398)] {
      try format.encode(bytes(text), into: &stream)
    }
    for size in [1, 2, 3, 5, 700, stream.count] {
      var lane = FrameLane(format)
      holds(
        payloads(of: stream, by: size, &lane) == [
          "a", "è € 😀", String(repeating: "x", count: 1398),
        ])
      lane.peerEnded(nil)
      #expect(lane.ending == .closed)
    }
  }

  @Test("length 0 is the peer's goodbye in u16, and nothing behind it counts")
  func goodbye() throws {
    var stream: [UInt8] = []
    try FrameFormat.u16.encode(bytes("a"), into: &stream)
    stream += [0, 0]
    try FrameFormat.u16.encode(bytes("b"), into: &stream)
    var lane = FrameLane(.u16)
    holds(payloads(of: stream, by: stream.count, &lane) == ["a"])
    #expect(lane.ending == .closed)
  }

  @Test("length 0 is nothing in u32")
  func nothing() throws {
    var lane = FrameLane(.u32)
    holds(payloads(of: [0, 0, 0, 0, 0, 0, 0, 1, 0x61], by: 9, &lane) == ["a"])
    #expect(lane.ending == nil)
  }

  @Test("a length over the limit ends the link at the header")
  func tooLong() {
    var lane = FrameLane(.u32)
    holds(payloads(of: [0, 1, 0, 1], by: 1, &lane).isEmpty)
    #expect(lane.ending == .misbehaved("a frame of 65537 bytes is over the limit of 65536"))
  }

  @Test("an end inside a frame is no orderly end")
  func cutShort() {
    var lane = FrameLane(.u16)
    _ = payloads(of: [0, 5, 0x61], by: 3, &lane)
    lane.peerEnded(nil)
    #expect(lane.ending == .misbehaved("the stream ended inside a frame"))
  }

  @Test("a frame has 10 seconds, however it drips, and silence between frames has no limit")
  func unfinished() {
    var lane = FrameLane(.u16)
    lane.listen(at: start)
    #expect(lane.deadline == nil)
    var now = start
    for byte: UInt8 in [0, 5, 0x61, 0x62] {
      lane.receive([byte].span)
      holds(lane.nextPayload() == nil)
      lane.listen(at: now)
      #expect(lane.deadline == start + .seconds(10))
      now = now + .seconds(3)
    }
    lane.expire(at: start + .seconds(9))
    #expect(lane.ending == nil)
    lane.expire(at: start + .seconds(10))
    #expect(lane.ending == .unfinished)
  }

  @Test("while we are busy with what came, the peer owes nothing")
  func busy() {
    var lane = FrameLane(.u16)
    lane.listen(at: start)
    lane.receive([0, 1, 0x61, 0].span)
    holds(lane.nextPayload() == [0x61])
    #expect(lane.deadline == nil)
    lane.expire(at: start + .seconds(60))
    #expect(lane.ending == nil)
    holds(lane.nextPayload() == nil)
    lane.listen(at: start + .seconds(60))
    #expect(lane.deadline == start + .seconds(70))
  }

  @Test("frames go out one by one, whole and in order")
  func sending() throws {
    var lane = FrameLane(.u16)
    for text in ["a", "bc"] { holds(lane.send(bytes(text))) }
    holds(lane.nextFrame() == [0, 1, 0x61])
    holds(lane.nextFrame() == nil)
    #expect(lane.queuedFrames == 2)
    lane.frameSent()
    holds(lane.nextFrame() == [0, 2, 0x62, 0x63])
    lane.frameSent()
    #expect(lane.queuedFrames == 0 && lane.queuedBytes == 0)
    holds(lane.nextFrame() == nil)
  }

  @Test("an empty payload is never sent in u16: there it is a goodbye")
  func empty() {
    var lane = FrameLane(.u16)
    holds(!lane.send([]))
    holds(lane.nextFrame() == nil && lane.ending == nil)
  }

  @Test(
    "a peer that lets too much wait is cut off, and what it did not get is counted",
    arguments: [
      FrameLane.Limits(queuedBytes: 30), FrameLane.Limits(queuedFrames: 10),
    ])
  func full(limits: FrameLane.Limits) {
    var lane = FrameLane(.u16, limits: limits)
    var sent = 0
    while lane.send([0x61]) { sent += 1 }
    #expect(sent == 10)
    #expect(lane.ending == .tooSlow)
    #expect(lane.queuedFrames == 10)
    holds(lane.nextFrame() == nil)
  }

  @Test("a long queue stays cheap and in order")
  func long() {
    var lane = FrameLane(.u16)
    for number in 0..<20_000 {
      holds(lane.send(bytes("\(number)")))
      guard number >= 100 else { continue }
      holds(lane.nextFrame()?.dropFirst(2) == bytes("\(number - 100)")[...])
      lane.frameSent()
    }
    #expect(lane.queuedFrames == 100)
  }

  @Test("the end comes behind all that is queued, and waits a second for the peer's")
  func finishing() {
    var lane = FrameLane(.u16)
    holds(lane.send([0x61]))
    lane.finish(within: .seconds(2), at: start)
    holds(!lane.send([0x62]))
    #expect(!lane.mayEndWriting)
    holds(lane.nextFrame() != nil)
    #expect(!lane.mayEndWriting)
    lane.frameSent()
    #expect(lane.mayEndWriting)
    lane.writingEnded(at: start + .seconds(1))
    #expect(!lane.mayEndWriting)
    // What the peer still says counts.
    lane.receive([0, 1, 0x63].span)
    holds(lane.nextPayload() == [0x63])
    lane.listen(at: start)
    #expect(lane.deadline == start + .seconds(2))
    lane.expire(at: start + .seconds(2))
    #expect(lane.ending == .left)
    #expect(lane.queuedFrames == 0)
  }

  @Test("who cannot get rid of its queue in time ends all the same, and counts what is lost")
  func finishingLate() {
    var lane = FrameLane(.u16)
    holds(lane.send([0x61]))
    lane.finish(within: .seconds(2), at: start)
    lane.expire(at: start + .seconds(2))
    #expect(lane.ending == .left)
    #expect(lane.queuedFrames == 1)
  }

  @Test("the first ending is the ending")
  func once() {
    let failure = SocketError(operation: "read", code: ECONNRESET)
    var lane = FrameLane(.u16)
    lane.peerEnded(failure)
    lane.peerEnded(nil)
    lane.end(.left)
    #expect(lane.ending == .failed(failure))
    #expect(lane.deadline == nil)
  }
}

/// As `#expect`, for calls that change what they ask.
private func holds(_ isTrue: Bool, at place: SourceLocation = #_sourceLocation) {
  #expect(isTrue, sourceLocation: place)
}
