// modules: Wire
import Wire

// Laws: what is read is written as the same bytes; nothing longer than the limit is read.

/// Takes the input as a datagram.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let beacon = try? Beacon(input) else { return 0 }
  precondition(beacon.encode() == input, "another encoding")
  precondition(input.count <= Beacon.sizeLimit, "too long")
  precondition((beacon.kind == .trial) == (beacon.port == 0), "a port where none is")
  return 0
}
