import Sockets
import Testing

@Suite("NetworkInterface")
struct NetworkInterfaceTests {
  @Test("this machine has exactly one loopback, which is up and has 127.0.0.1/8")
  func loopback() throws {
    let loopback = try NetworkInterface.all().filter(\.isLoopback)
    #expect(loopback.count == 1)
    #expect(loopback.first?.isUp == true && loopback.first?.canBroadcast == false)
    let address = try #require(loopback.first?.addresses.first)
    #expect(address.host == .ipv4(.loopback))
    #expect(address.prefixLength == 8 && address.broadcast == nil)
  }

  @Test("names and numbers are unique, and every address can be written and read again")
  func unique() throws {
    let all = try NetworkInterface.all()
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(Set(all.map(\.index)).count == all.count && all.allSatisfy { $0.index > 0 })
    for assignment in all.flatMap(\.addresses) {
      let text = "[\(assignment.host)]:0"
      guard case .ipv6 = assignment.host else { continue }
      #expect(try Address(text).host == assignment.host)
    }
  }

  @Test("IPv4 addresses come before those of IPv6")
  func order() throws {
    for interface in try NetworkInterface.all() {
      let isIPv6 = interface.addresses.map { if case .ipv6 = $0.host { true } else { false } }
      #expect(isIPv6 == isIPv6.sorted { !$0 && $1 })
    }
  }
}
