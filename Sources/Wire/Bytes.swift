internal import Glibc

// The only unsafe code of this target. The C library's memchr and memcpy read 32 bytes at a time
// where a loop over checked elements reads one, and the line decoder lives on that difference.

extension [UInt8] {
  /// Appends a copy of `span`.
  @inline(__always)
  package mutating func append(copying span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}

extension Span<UInt8> {
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

  /// The big-endian number that begins at `place`, if it is there whole.
  @inlinable @inline(__always)
  package func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, at place: Int
  ) -> Number? {
    guard place >= 0, place <= count &- MemoryLayout<Number>.size else { return nil }
    return unsafe Number(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: place, as: type))
  }

  /// Whether `byte` is among them.
  @inline(__always)
  package func holds(_ byte: UInt8) -> Bool {
    unsafe withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return false }
      return unsafe memchr(base, CInt(byte), bytes.count) != nil
    }
  }

  /// Whether every byte is printable ASCII, so that there is nothing to be checked or changed.
  package var isPlain: Bool {
    unsafe withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return true }
      let count = bytes.count
      guard count >= 16 else {
        var most: UInt8 = 0
        for index in 0..<count { most = unsafe Swift.max(most, bytes[index] &- 0x20) }
        return most < 0x5F
      }
      // Printable is what lies less than 0x5F above the blank. Sixteen at a time, and the last
      // sixteen once more rather than the last few one by one.
      var others = unsafe SIMD16<UInt8>.unprintable(at: base + (count - 16))
      var place = 16
      while place < count {
        others |= unsafe SIMD16<UInt8>.unprintable(at: base + (place - 16))
        place += 16
      }
      return others == SIMD16<UInt8>(repeating: 0)
    }
  }
}

extension SIMD16<UInt8> {
  /// Not 0 where the byte is not printable ASCII; the caller knows that there are sixteen.
  @inline(__always)
  fileprivate static func unprintable(at place: UnsafeRawPointer) -> SIMD16<UInt8> {
    let bytes = unsafe place.loadUnaligned(as: SIMD16<UInt8>.self) &- SIMD16(repeating: 0x20)
    let isOther = bytes .>= SIMD16(repeating: 0x5F)
    return SIMD16(repeating: 0).replacing(with: SIMD16(repeating: 0xFF), where: isOther)
  }
}

extension OutputSpan<UInt8> {
  /// Appends a copy of `span`, for which there must be room.
  @inlinable @inline(__always)
  package mutating func append(copying span: Span<UInt8>) {
    precondition(span.count <= freeCapacity, "an output has room")
    unsafe withUnsafeMutableBufferPointer { bytes, count in
      unsafe span.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let start = bytes.baseAddress else { return }
        unsafe (start + count).initialize(from: source, count: span.count)
      }
      count += span.count
    }
  }

  /// Appends a number, big-endian.
  @inline(__always)
  package mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(
    bigEndian number: Number
  ) {
    let size = MemoryLayout<Number>.size
    precondition(size <= freeCapacity, "an output has room")
    unsafe withUnsafeMutableBufferPointer { bytes, count in
      unsafe UnsafeMutableRawBufferPointer(bytes)
        .storeBytes(of: number.bigEndian, toByteOffset: count, as: Number.self)
      count += size
    }
  }
}
