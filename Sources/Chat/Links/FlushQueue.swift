/// The links that have something to write, first come, first served.
///
/// The line goes through the links themselves, so that joining it costs no memory.
struct FlushQueue: ~Copyable {
  /// Where in the line a link stands.
  struct Place {
    fileprivate(set) var isTaken = false
    fileprivate var next: Unmanaged<Link>?
  }

  private var first: Unmanaged<Link>?
  private var last: Unmanaged<Link>?

  deinit {
    var next = first
    while let link = next?.takeRetainedValue() {
      next = link.place.next
      link.place = Place()
    }
  }

  var isEmpty: Bool { first == nil }

  /// Puts a link that does not stand in line at its end, and keeps it alive meanwhile.
  mutating func append(_ link: Link) {
    let entry = Unmanaged.passRetained(link)
    link.place.isTaken = true
    if let last {
      last._withUnsafeGuaranteedRef { $0.place.next = entry }
    } else {
      first = entry
    }
    last = entry
  }

  mutating func popFirst() -> Link? {
    guard let link = first?.takeRetainedValue() else { return nil }
    first = link.place.next
    if first == nil { last = nil }
    link.place = Place()
    return link
  }
}
