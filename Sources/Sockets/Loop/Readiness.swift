/// What the kernel says about a descriptor.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// There may be something to read, or to accept.
  package static let readable = Readiness(rawValue: 1)
  /// There may be room to write, or a connect has ended.
  package static let writable = Readiness(rawValue: 2)
  /// The peer will send no more, or the connection is gone: read until the end is seen.
  package static let hangup = Readiness(rawValue: 4)
  /// The socket has an error to tell.
  package static let failed = Readiness(rawValue: 8)
  /// Urgent data of TCP stands among what can be read: a read stops in front of it, however much follows.
  package static let urgent = Readiness(rawValue: 16)

  /// What a stream wants to be told of; ends and errors are told to everybody.
  package static let everything: Readiness = [.readable, .writable, .urgent]
}

/// Who is told when a descriptor became ready, always on the loop's thread.
package protocol ReadinessTarget: AnyObject {
  /// The descriptor may be ready; only trying tells.
  func ready(_ readiness: Readiness)
}
