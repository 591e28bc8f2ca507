import Rooms
import Testing

@testable import Chat

@Suite("the table of limits")
struct LimitTableTests {
  @Test("has a row for every limit, once")
  func complete() {
    #expect(
      LimitTable.rows.map(\.name.rawValue).sorted() == LimitName.allCases.map(\.rawValue).sorted())
  }

  @Test("writes what it reads, the defaults too", arguments: LimitName.allCases)
  func roundTrip(name: LimitName) throws {
    let row = try LimitTable.row(called: name.rawValue)
    let standard = Limits()
    var limits = standard
    try row.read(row.text(in: standard), into: &limits)
    #expect(limits.said == [name])
    limits.said = []
    #expect(limits == standard)
  }

  @Test("reads another value into its own field, and no other", arguments: LimitName.allCases)
  func ownField(name: LimitName) throws {
    let row = try LimitTable.row(called: name.rawValue)
    let text =
      switch row.field {
      case .count: "7"
      case .bytes: "65537"
      case .size(_, let range): "\(range.lowerBound)"
      case .time: "0.25"
      case .rate: "3:9"
      }
    var limits = Limits()
    try row.read(text, into: &limits)
    #expect(row.text(in: limits) == text)
    for other in LimitTable.rows where other.name != name {
      #expect(other.text(in: limits) == other.text(in: Limits()))
    }
  }

  @Test(
    "takes 0 and none for no limit, and a size's own bound for it", arguments: LimitName.allCases)
  func unlimited(name: LimitName) throws {
    let row = try LimitTable.row(called: name.rawValue)
    for text in ["0", "none"] {
      var limits = Limits()
      try row.read(text, into: &limits)
      if case .size(_, let range) = row.field {
        #expect(row.text(in: limits) == row.text(in: Limits()))
        #expect(range.upperBound > 0)
      } else {
        #expect(row.text(in: limits) == "0")
      }
    }
  }

  @Test(
    "refuses what is out of range or no number, and leaves everything as it was",
    arguments: LimitName.allCases)
  func refuses(name: LimitName) throws {
    var texts = ["", "-1", "+1", "x", "1x", "9999999999", " 1", "1 ", "٣", "0x1"]
    let row = try LimitTable.row(called: name.rawValue)
    switch row.field {
    case .count(_, let range), .bytes(_, let range), .size(_, let range):
      if range.upperBound < 999_999_999 { texts.append("\(range.upperBound + 1)") }
      if range.lowerBound > 1 { texts.append("\(range.lowerBound - 1)") }
    case .time: texts += ["1.", ".5", "1.0000000001", "1e3"]
    case .rate: texts += ["5:", ":5", "5:0", "5:10:1", "1000001", "5:1000001"]
    }
    for text in texts {
      var limits = Limits()
      #expect(throws: LimitError.self, "\(text)") { try row.read(text, into: &limits) }
      #expect(limits == Limits())
    }
  }

  @Test("knows units of bytes")
  func units() throws {
    var limits = Limits()
    try LimitTable.set("max-sendq", to: "2m", in: &limits)
    #expect(limits.maximumQueue == 2 << 20)
    try LimitTable.set("max-sendq", to: "64K", in: &limits)
    #expect(limits.maximumQueue == 65_536)
  }

  @Test("guesses what an unknown name was meant to be")
  func guess() {
    var limits = Limits()
    let error = #expect(throws: LimitError.self) {
      try LimitTable.set("max-client", to: "1", in: &limits)
    }
    #expect(error?.description == "there is no limit 'max-client'; did you mean max-clients?")
  }
}
