import Rooms
import Testing

@testable import Chat

@Suite("names of rooms")
struct RoomNamesTests {
  @Test("no room looks like another, and none like the lobby before anybody is there")
  func lookalikes() throws {
    let directory = Directory(ServerOptions())
    #expect(throws: NameRefusal.alike("lobby")) { try directory.enter("1obby") }
    let lobby = try #require(try directory.enter("lobby"))
    #expect(try directory.enter("LOBBY")?.id == lobby.id)
    let tea = try #require(try directory.enter("tea-1"))
    #expect(throws: NameRefusal.alike("tea-1")) { try directory.enter("tea-I") }
    #expect(throws: NameRefusal.alike("lobby")) { try directory.enter("Iobby") }
    _ = directory.leave(tea.id)
    #expect(try directory.enter("tea-I") != nil)
    _ = directory.leave(lobby.id)
    _ = directory.leave(lobby.id)
    #expect(throws: NameRefusal.alike("lobby")) { try directory.enter("1obby") }
  }
}
