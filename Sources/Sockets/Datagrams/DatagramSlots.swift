internal import CLinux
internal import Glibc

/// The memory of a batch, in the layout that the system calls take.
///
/// Slots from `count` on are ready to receive: all of their memory is offered. Those below it have the
/// lengths of what they hold, so that they are ready to be sent.
final class DatagramSlots: @unchecked Sendable {
  // @unchecked: the one batch that owns it cannot be copied, and is lent to one call at a time.

  let capacity: Int
  let size: Int
  private(set) var count = 0
  private(set) var sentCount = 0
  private(set) var refusals: [DatagramBatch.Refusal] = []

  private let headers: UnsafeMutablePointer<parley_datagram>
  private let vectors: UnsafeMutablePointer<iovec>
  private let names: UnsafeMutablePointer<sockaddr_in6>  // The longest address a slot can hold.
  private let originals: UnsafeMutablePointer<UInt32>
  private let payload: UnsafeMutableRawPointer

  init(capacity: Int, size: Int) {
    self.capacity = capacity
    self.size = size
    headers = .allocate(capacity: capacity)
    vectors = .allocate(capacity: capacity)
    names = .allocate(capacity: capacity)
    originals = .allocate(capacity: capacity)
    // A cache line more than a round size, or the beginnings of all would share a few places in cache.
    let stride = (size + 63) / 64 * 64 + 64
    payload = .allocate(byteCount: capacity * stride, alignment: 64)
    for index in 0..<capacity {
      (names + index).initialize(to: sockaddr_in6())
      (vectors + index).initialize(to: iovec(iov_base: payload + index * stride, iov_len: size))
      (originals + index).initialize(to: 0)
      var header = msghdr()
      header.msg_name = UnsafeMutableRawPointer(names + index)
      header.msg_namelen = DatagramSlots.nameSize
      header.msg_iov = vectors + index
      header.msg_iovlen = 1
      (headers + index).initialize(to: parley_datagram(header: header, count: 0))
    }
  }

  deinit {
    headers.deallocate()
    vectors.deallocate()
    names.deallocate()
    originals.deallocate()
    payload.deallocate()
  }

  private static let nameSize = socklen_t(MemoryLayout<sockaddr_in6>.size)

  func bytes(at index: Int) -> UnsafeBufferPointer<UInt8> {
    check(index)
    return UnsafeBufferPointer(
      start: vectors[index].iov_base.assumingMemoryBound(to: UInt8.self),
      count: vectors[index].iov_len)
  }

  func originalCount(at index: Int) -> Int {
    check(index)
    return Int(originals[index])
  }

  func address(at index: Int) -> SocketAddress {
    check(index)
    let name = UnsafeRawBufferPointer(
      start: names + index, count: Int(headers[index].header.msg_namelen))
    return SocketAddress(sockaddr: name)?.unmapped ?? .unix(.unnamed)
  }

  private func check(_ index: Int) {
    precondition(index >= 0 && index < count, "a batch of \(count) datagrams has none at \(index)")
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>, to address: SocketAddress) -> Bool {
    guard count < capacity, bytes.count <= size else { return false }
    UnsafeMutableRawBufferPointer(start: vectors[count].iov_base, count: size)
      .copyMemory(from: UnsafeRawBufferPointer(bytes))
    vectors[count].iov_len = bytes.count
    originals[count] = UInt32(bytes.count)
    address.withSockaddr { pointer, length in
      // A Unix-domain address may be cut: the kernel refuses it by its family.
      let kept = min(length, DatagramSlots.nameSize)
      UnsafeMutableRawPointer(names + count).copyMemory(from: pointer, byteCount: Int(kept))
      headers[count].header.msg_namelen = kept
    }
    count += 1
    return true
  }

  func removeAll() {
    for index in 0..<count {
      vectors[index].iov_len = size
      headers[index].header.msg_namelen = DatagramSlots.nameSize
    }
    count = 0
    sentCount = 0
    refusals.removeAll()
  }

  /// Fills the empty batch; the number of datagrams, or the negated `errno`.
  ///
  /// The corresponding C function is `recvmmsg`.
  func receive(_ number: CInt, isDualStack: Bool) -> Int {
    let result = Int(parley_recvmmsg(number, headers, CUnsignedInt(capacity)))
    guard result > 0 else { return result }
    count = result
    for index in 0..<result {
      let length = headers[index].count
      originals[index] = length
      vectors[index].iov_len = min(Int(length), size)
      if isDualStack { unmap(index) }
    }
    return result
  }

  /// Forgets what came of earlier sends; the index that sending begins at.
  func beginSending(from start: Int) -> Int {
    sentCount = min(max(start, 0), count)
    refusals.removeAll()
    return sentCount
  }

  /// Sends some of what has not been sent; the number of datagrams that went, or the negated `errno` of
  /// the next one.
  ///
  /// The corresponding C function is `sendmmsg`.
  func send(_ number: CInt) -> Int {
    let rest = CUnsignedInt(count - sentCount)
    let result = Int(parley_sendmmsg(number, headers + sentCount, rest))
    if result > 0 { sentCount += result }
    return result
  }

  /// Leaves out the next one.
  func refuse(_ error: SocketError) {
    refusals.append(DatagramBatch.Refusal(index: sentCount, error: error))
    sentCount += 1
  }

  /// Writes an IPv4 address in IPv6 clothes as what it is: every socket that reaches it takes that.
  private func unmap(_ index: Int) {
    let address = address(at: index)
    guard address.family == .ipv4 else { return }
    address.withSockaddr { pointer, length in
      UnsafeMutableRawPointer(names + index).copyMemory(from: pointer, byteCount: Int(length))
      headers[index].header.msg_namelen = length
    }
  }
}
