import Sockets
import Testing

@testable import parley

@Suite("Python's forms of values")
struct PythonFormTests {
  @Test("an address is a pair of host and port, and of two numbers more with IPv6")
  func addresses() throws {
    #expect(PythonForm.of(.ipv4(.loopback, port: 8080)) == "('127.0.0.1', 8080)")
    #expect(PythonForm.of(.ipv6(.loopback, port: 80)) == "('::1', 80, 0, 0)")
    #expect(PythonForm.of(try Address("localhost:8080")) == "('localhost', 8080)")
    #expect(PythonForm.of(try Address("[::1]:8080")) == "('::1', 8080)")
    #expect(PythonForm.of(try Address("8080")) == "('0.0.0.0', 8080)")
  }
}
