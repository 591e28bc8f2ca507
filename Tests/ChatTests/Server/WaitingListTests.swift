import Rooms
import Sockets
import Testing

@testable import Chat

@Suite("those who have not said who they are")
struct WaitingListTests {
  private func address(_ number: UInt8) -> SocketAddress {
    .ipv4(IPv4Address(10, 0, 0, number), port: 1).group
  }

  @Test("of too many, the oldest of the address with the most goes, and nobody else's")
  func most() {
    var list = WaitingList()
    func add(_ id: UInt64, _ place: UInt8) -> UInt64? {
      list.add(ClientID(id), on: 3, of: address(place), most: 5, mostOfGroup: .max)?.client.rawValue
    }
    for id in UInt64(1)...2 { #expect(add(id, 1) == nil) }
    for id in UInt64(3)...5 { #expect(add(id, 2) == nil) }
    #expect(add(6, 3) == 3)
    // Now both have two; of equals the one that has waited longest.
    #expect(add(7, 4) == 1)
    #expect(list.count == 5)
    for id in UInt64(8)...200 {
      let gone = add(id, 5)
      #expect(gone != 6 && gone != 7)
    }
    #expect(list.count == 5)
  }

  @Test("of one address there are only so many, the oldest goes")
  func group() {
    var list = WaitingList()
    func add(_ id: UInt64, _ place: UInt8) -> WaitingList.Victim? {
      list.add(ClientID(id), on: Int(id), of: address(place), most: 100, mostOfGroup: 2)
    }
    #expect(add(1, 1) == nil && add(2, 1) == nil && add(3, 2) == nil)
    #expect(
      add(4, 1) == WaitingList.Victim(client: ClientID(1), loop: 1, limit: .maxWaitingPerAddress))
    list.remove(ClientID(2))
    #expect(add(5, 1) == nil)
    #expect(list.count == 3)
  }

  @Test("who is in, or gone, does not count; twice is no harm")
  func remove() {
    var list = WaitingList()
    for id in UInt64(1)...100 {
      let victim = list.add(ClientID(id), on: 0, of: address(1), most: 3, mostOfGroup: 3)
      #expect(victim == nil)
      list.remove(ClientID(id))
      list.remove(ClientID(id))
    }
    #expect(list.count == 0)
  }
}

@Suite("the book of addresses")
struct AddressBookTests {
  private static let rate = Rate(32, perSeconds: 600, burst: 8)

  private func peer(_ number: Int) -> SocketAddress {
    let bytes = withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
    return .ipv4(IPv4Address(11, bytes[1], bytes[2], bytes[3]), port: UInt16(number & 0x7FFF) + 1)
  }

  @Test("an address comes as often as the rate says, whatever its port, and others as they like")
  func rate() {
    var book = AddressBook()
    func admit(_ host: UInt8, _ port: UInt16, _ seconds: UInt64) -> Bool {
      let peer = SocketAddress.ipv4(IPv4Address(10, 0, 0, host), port: port)
      return book.admit(peer, Self.rate, at: seconds * 1_000_000_000)
    }
    for port in UInt16(1)...8 { #expect(admit(1, port, 1)) }
    #expect(!admit(1, 9, 1))
    #expect(admit(2, 9, 1))
    #expect(admit(1, 10, 20))
    #expect(!admit(1, 11, 20))
  }

  @Test("does not grow without end, and remembers those who were there of late while it can")
  func bounded() {
    var book = AddressBook()
    for number in 0..<AddressBook.limit * 2 {
      // Those before have been forgiven when these come.
      _ = book.admit(peer(number), Self.rate, at: UInt64(number) * 1_000_000_000)
      #expect(book.count <= AddressBook.limit)
    }
    for number in 0..<AddressBook.limit * 3 {
      _ = book.admit(peer(number), Self.rate, at: 1 << 60)
      #expect(book.count <= AddressBook.limit)
    }
  }

  @Test("the clients of one address share a rate, and get another one together")
  func shared() {
    var book = AddressBook()
    let rate = Rate(1, perSeconds: 1, burst: 4)
    let first = book.rate(of: peer(1), rate, at: 0)
    let second = book.rate(of: peer(1), rate, at: 0)
    #expect(first === second && first !== book.rate(of: peer(2), rate, at: 0))
    first.take(3, at: 0)
    #expect(second.count(at: 0) == 1)
    book.setRate(rate)
    #expect(second.count(at: 0) == 1)
    // What was used of another rate does not count.
    book.setRate(Rate(1, perSeconds: 1, burst: 5))
    #expect(second.count(at: 0) == 5)
    book.setRate(.unlimited)
    #expect(second.count(at: 0) == .max)
  }
}
