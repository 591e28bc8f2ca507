// modules: Wire Rooms
// sources: Sources/parley/Terminal/{Key,KeyDecoder,KeySequences,LineText,LineHistory,HistorySearch,Paste,Completion,CompletionCycle,RecentNames,LineEditor}.swift
import Rooms
import Wire

// Laws: whatever a keyboard sends, no line holds a control character or more than its limit, nor does
// what is shown; any cut of the bytes between two silences gives the same lines; what is completed
// was safe to show.

struct Sitting: Equatable {
  var events: [LineEditor.Event] = []
  var shown: [String] = []
}

func isClean(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
}

/// Types what stands between the bytes FF, which no text has; each of them is a silence.
func type(_ input: ArraySlice<UInt8>, names: [String], size: Int) -> Sitting {
  var sitting = Sitting()
  var editor = LineEditor(limit: 100)
  editor.completion.commands = ["join", "me", "msg"]
  for name in names {
    editor.completion.people.use(name)
    editor.completion.rooms.add(name)
  }
  func drain() {
    while let event = editor.next() {
      if case .line(let line) = event {
        precondition(line.utf8.count <= 100, "a long line")
        precondition(isClean(line), "a line with a control character")
      }
      sitting.events.append(event)
    }
  }
  for piece in input.split(separator: 0xff, omittingEmptySubsequences: false) {
    var rest = piece
    while !rest.isEmpty {
      editor.receive(rest.prefix(size))
      rest = rest.dropFirst(size)
      drain()
    }
    if editor.awaitsPause { editor.pause() }
    drain()
    precondition(editor.text.utf8.count <= 100, "too long")
    precondition(isClean(editor.text), "a control character")
    let hint = editor.hint ?? ""
    precondition(SafeText.safe(hint) == hint, "a hint that is not safe")
    sitting.shown.append("\(editor.before)|\(editor.after)|\(hint)")
  }
  return sitting
}

/// Takes the first byte as the size of pieces, then a name up to a zero, the rest as a keyboard.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = input.first else { return 0 }
  let name = input.dropFirst().prefix { $0 != 0 }
  let names = ["ann", "anton", "日本", "Ann Lee", String(decoding: name, as: UTF8.self)]
  let keys = input[name.endIndex...].dropFirst()
  let whole = type(keys, names: names, size: .max)
  precondition(type(keys, names: names, size: Int(first) + 1) == whole, "a cut")
  return 0
}
