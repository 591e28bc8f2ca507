import Rooms

extension HostileFile {
  enum Step: Equatable, Sendable {
    /// Sent by so many sources of that name.
    case send(from: String, count: Int, bytes: Filling)
    /// It connects to a listener that is fixed to a door.
    case connect(String, DoorKind)
    /// It enters under its own name, behind one of these doors after the other.
    case enter(String, [DoorKind])
    /// It says this, as its door has it.
    case say(String, Filling)
    /// Where it comes from.
    case from(String, address: String)
    /// It is told this, after whatever; nil: it may be told anything.
    case hears(String, Filling?)
    /// It ends its direction of a connection in order.
    case end(of: String)
    /// It says nothing more, for so many seconds or for as long as it may.
    case silence(of: String, seconds: Int?)
    /// Its connection has been ended.
    case closed(String)
    /// So many of the sources of that name are connected.
    case open(String, Int)
    /// Typed by us.
    case type(String)
    /// The next line that is shown, some times over; `{A}` is where A is, or what it is called.
    case shows(String, count: Int)
    /// Whatever is shown.
    case showsAnything
    /// How many datagrams a source has been sent in all.
    case got(String, Int)
    /// How many sources of that name have been sent something.
    case reached(String, Int)
    /// How many lines of the log hold this.
    case log(String, count: Int)
  }
}

extension HostileFile.Step {
  /// Reads the lines whose numbers are decimal, such as `got A 3`.
  init?(raw words: [String]) {
    guard words.count == 3 else { return nil }
    if words[1] == "from" {
      self = .from(words[0], address: words[2])
      return
    }
    guard let count = Int(words[2]) else { return nil }
    switch (words[0], words[1]) {
    case ("got", let name): self = .got(name, count)
    case ("reached", let name): self = .reached(name, count)
    case ("open", let name): self = .open(name, count)
    case (let name, "waits"): self = .silence(of: name, seconds: count)
    default: return nil
    }
  }

  init?(_ words: [HostileFile.Word]) {
    guard case .word(let verb)? = words.first else { return nil }
    var filling = Filling()
    var names: [String] = []
    for word in words.dropFirst() {
      switch word {
      case .bytes(let more): filling.append(more)
      case .word(let name): names.append(name)
      }
    }
    let parts = verb.split(separator: "*").map(String.init)
    guard let name = parts.first, parts.count < 3 else { return nil }
    guard let count = parts.count == 2 ? HostileFile.count(parts[1]) : 1 else { return nil }
    var text: String { String(decoding: filling.bytes, as: UTF8.self) }
    let doors = names.dropFirst().compactMap { name in
      DoorKind.allCases.first { "\($0)" == name }
    }
    switch (name, names.first) {
    case ("type", nil): self = .type(text)
    case ("log", nil): self = .log(text, count: count)
    case ("=", nil): self = .shows(text, count: count)
    case ("=", "anything") where names.count == 1: self = .showsAnything
    case (_, "ends") where names.count == 1: self = .end(of: name)
    case (_, "waits") where names.count == 1: self = .silence(of: name, seconds: nil)
    case (_, "closed") where names.count == 1: self = .closed(name)
    case (_, "says") where names.count == 1: self = .say(name, filling)
    case (_, "hears") where names.count == 1: self = .hears(name, filling)
    case (_, "hears") where names == ["hears", "anything"]: self = .hears(name, nil)
    case (_, "at") where names.count == 2 && doors.count == 1: self = .connect(name, doors[0])
    case (_, "enters") where !doors.isEmpty && doors.count == names.count - 1:
      self = .enter(name, doors)
    case (_, nil): self = .send(from: name, count: count, bytes: filling)
    default: return nil
    }
  }
}
