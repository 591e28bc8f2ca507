/// Why a request was refused; the number is the one on the wire.
package enum RefusalCode: UInt8, CaseIterable, Sendable {
  case malformed = 1
  case unknownCommand = 2
  case notMember = 3
  case alreadyMember = 4
  case full = 5
  case emptyText = 6
  case textTooLong = 7
  case invalidText = 8
  case readOnly = 9
  case badName = 10
  case nameTaken = 11
  case noSuchRoom = 12
  case noSuchPerson = 13
  case tooManyRooms = 14
  case flood = 15
  case closing = 16
}
