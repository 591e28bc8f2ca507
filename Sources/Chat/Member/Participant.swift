/// Somebody's side of a chat, whatever it runs over: what is typed goes in, what is to be shown comes out.
///
/// Lives on one loop, where every method is called.
package protocol Participant: AnyObject, Sendable {
  /// Takes part until it ends; cancelling the task ends it at once.
  ///
  /// - Parameter show: Gets the events in order, several at a time; while it waits, the others may have to.
  /// - Returns: How it ended. Everything has been shown by then.
  func run(_ show: @escaping @Sendable ([MemberEvent]) async -> Void) async -> MemberEnding
  /// Takes a line without its end, once there is room for it.
  ///
  /// - Returns: false when it has ended before.
  func type(_ line: [UInt8]) async -> Bool
  /// Nothing more will be typed: everything is finished, then it ends.
  func endInput()
  /// Ends in order.
  func leave()
  /// Ends at once, whatever is under way.
  func abandon()
  /// How much of what was typed was not said.
  var unsaidCount: Int { get }
  /// Whom one talks with now, or where, for somebody who is in no room: a few words, not safe to show.
  var company: String { get }
}
