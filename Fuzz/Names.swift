// modules: Wire Rooms
import Rooms
import Wire

// Laws: what is stored of a name is what was typed, in NFC, and may be asked for again; its key and
// skeleton do not depend on how it was typed; it is shown as it is; a roster lets no two names be one
// or look alike; the cells of a text are all of it, and in a safe text each is seen.

/// The name as it is stored, when it may be one.
func check(_ name: String, isRoom: Bool) {
  let key = Nick.key(of: name)
  precondition(Nick.key(of: key).utf8.elementsEqual(key.utf8), "a key of a key")
  guard let stored = try? isRoom ? RoomName.check(name) : Nick.check(name) else { return }
  precondition(stored == name, "another name")
  precondition(Nick.key(of: stored).utf8.elementsEqual(key.utf8), "another key")
  precondition(Nick.skeleton(of: stored) == Nick.skeleton(of: name), "another skeleton")
  precondition(SafeText.safe(stored).utf8.elementsEqual(stored.utf8), "a name that is not shown")
  guard let again = try? isRoom ? RoomName.check(stored) : Nick.check(stored) else {
    preconditionFailure("not allowed twice")
  }
  precondition(again.utf8.elementsEqual(stored.utf8), "no normal form")
}

func checkRoster(_ wishes: [String]) {
  var roster = Roster()
  var nicks: [String] = []
  for (number, wish) in wishes.enumerated() {
    let grant = roster.claim(wish, for: ClientID(UInt64(number)))
    precondition(!grant.nick.isEmpty && grant.nick.utf8.count <= Nick.byteLimit, "a nick's size")
    nicks.append(grant.nick)
  }
  precondition(Set(nicks.map(Nick.key)).count == nicks.count, "one nick twice")
  precondition(Set(nicks.map(Nick.skeleton)).count == nicks.count, "nicks that look alike")
}

func checkCells(_ text: String, isSafe: Bool) {
  var scalars = 0
  var bytes = 0
  for cell in TextCells(text.unicodeScalars) {
    precondition(cell.scalarCount > 0 && cell.columns <= 22, "a cell's size")
    precondition(!isSafe || cell.columns > 0, "a cell that is not seen")
    scalars += cell.scalarCount
    bytes += cell.byteCount
  }
  precondition(scalars == text.unicodeScalars.count && bytes == text.utf8.count, "cells")
}

/// Takes lines as names, and the whole as a text.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let names = input.split(separator: 10).prefix(8).map { String(decoding: $0, as: UTF8.self) }
  for name in names {
    check(name, isRoom: false)
    check(name, isRoom: true)
  }
  checkRoster(names)
  let text = String(decoding: input, as: UTF8.self)
  checkCells(text, isSafe: false)
  checkCells(SafeText.safe(text), isSafe: true)
  return 0
}
