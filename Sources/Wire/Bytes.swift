internal import Glibc

// The only unsafe code of this target. The C library's memchr and memcpy read 32 bytes at a time
// where a loop over checked elements reads one, and the line decoder lives on that difference.

extension [UInt8] {
  /// Appends a copy of `span`.
  @inline(__always)
  package mutating func append(copying span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// The place of the first `byte` at `start` or after it, if there is one.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    precondition(start >= 0 && start <= count, "a search begins inside the bytes")
    return unsafe withUnsafeBufferPointer { bytes -> Int? in
      // No base address means no bytes. The search stays inside: its length is what is left.
      guard let base = bytes.baseAddress,
        let hit = unsafe memchr(base + start, CInt(byte), bytes.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(base).distance(to: UnsafeRawPointer(hit))
    }
  }
}

extension Span<UInt8> {
  /// Whether `byte` is among them.
  @inline(__always)
  func holds(_ byte: UInt8) -> Bool {
    unsafe withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return false }
      return unsafe memchr(base, CInt(byte), bytes.count) != nil
    }
  }
}
