internal import Messaging
internal import Rooms
internal import Wire

/// When somebody comes back whose connection is lost, and from what there is no return.
package struct ReturnPlan: Sendable {
  /// A server that says when is believed within these.
  private static let bounds = Duration.seconds(1)...Duration.seconds(60)
  /// A connection that lasted so long makes the next loss the first one again.
  private static let steady = Duration.seconds(30)

  private var backoff: Backoff

  /// - Parameter seed: Decides how much each pause differs from those of others.
  package init(seed: UInt64) {
    backoff = Backoff(first: .milliseconds(250), most: .seconds(30), seed: seed)
  }

  /// How long to wait after a connection has ended so, having lasted so long; nil for ever.
  mutating func pause(after ending: NativeEnding, lasting: Duration) -> Duration? {
    if lasting >= ReturnPlan.steady { backoff.reset() }
    switch ending {
    case .left, .misbehaved: return nil
    // What answers there now may be only a part of the way to the server.
    case .lost, .timedOut, .closedSilently, .noAnswer, .notNative: return backoff.next()
    case .refused(let code, _):
      switch RefusalCode(rawValue: code) {
      case .full, .tooManyRooms, .flood, .closing: return max(backoff.next(), .seconds(1))
      default: return nil
      }
    case .dismissed(let bye):
      switch ByeReason(rawValue: bye.reason) {
      case .quit, .misbehaved, .removed, .replaced: return nil
      case .closing, .timedOut, .slow, .full, .flood, nil:
        let wish = Duration.milliseconds(Int64(bye.retryAfterMilliseconds))
        return max(
          backoff.next(), min(max(wish, ReturnPlan.bounds.lowerBound), ReturnPlan.bounds.upperBound)
        )
      }
    }
  }
}
