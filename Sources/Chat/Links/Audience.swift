import Rooms

/// Who can be in an audience.
protocol Hearer: AnyObject {
  var id: ClientID { get }
  func isIgnoring(_ author: ClientID) -> Bool
}

/// Those who get one and the same bytes, in the order in which they came.
struct Audience<Member: Hearer> {
  private struct Seat {
    let link: Link
    let member: Member
    /// Of the turn in which the member spoke last.
    var turn: UInt64 = 0
  }

  private var seats: [Seat] = []
  private var places: [UInt64: Int] = [:]
  private var turn: UInt64 = 0
  private let kind: DoorKind

  /// Of those behind one kind of door; who has no doors needs to name none.
  init(_ kind: DoorKind = .line) { self.kind = kind }

  var isEmpty: Bool { seats.isEmpty }

  mutating func add(_ member: Member, _ link: Link) {
    guard places[member.id.rawValue] == nil else { return }
    places[member.id.rawValue] = seats.count
    seats.append(Seat(link: link, member: member))
  }

  /// False when it is not here.
  @discardableResult
  mutating func remove(_ member: Member) -> Bool {
    guard let place = places.removeValue(forKey: member.id.rawValue) else { return false }
    let last = seats.removeLast()
    if last.member !== member {
      seats[place] = last
      places[last.member.id.rawValue] = place
    }
    return true
  }

  /// Gives everybody what the turn has for them: all but their own and that of those they ignore.
  mutating func give(_ buffer: borrowing FanBuffer, through flusher: Flusher) {
    guard !buffer.bytes.isEmpty else { return }
    let (block, range) = buffer.bytes.withUnsafeBytes { flusher.share($0, for: kind) }
    // Only those few who spoke are looked for, not each member among them.
    turn += 1
    buffer.forEachAuthor { author in
      if let place = places[author.rawValue] { seats[place].turn = turn }
    }
    var deliveries = buffer.count * seats.count
    seats.withUnsafeBufferPointer { seats in
      for index in seats.indices {
        // Without a copy of the seat, and without a reference counted: that is most of the cost.
        let isDone = Unmanaged.passUnretained(seats[index].link)._withUnsafeGuaranteedRef { link in
          guard seats[index].turn != turn, !link.isSelective else { return false }
          link.send(block, range)
          return true
        }
        if isDone { continue }
        let seat = seats[index]
        let given = buffer.forEachRun {
          $0 == seat.member.id || seat.link.isSelective && seat.member.isIgnoring($0)
        } _: {
          let start = range.lowerBound
          seat.link.send(block, start + $0.lowerBound..<start + $0.upperBound)
        }
        deliveries -= buffer.count - given
      }
    }
    flusher.deliveries &+= UInt64(deliveries)
  }
}
