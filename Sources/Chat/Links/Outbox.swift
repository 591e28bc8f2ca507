import Sockets

/// What one client has still to get, in order: slices of shared blocks and bytes of its own.
struct Outbox {
  private struct Slice {
    var block: Block
    var start: Int
    var end: Int
    var isPrivate: Bool
  }

  /// What a flush came to.
  enum Progress { case done, blocked, failed(CInt) }

  private var slices: [Slice] = []
  private var first = 0
  /// Whether a part of the first slice has gone out.
  private var isCut = false
  private(set) var byteCount = 0

  var isEmpty: Bool { byteCount == 0 }

  /// Appends a part of a block that others read too; it ends at a frame's border.
  mutating func append(_ block: Block, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    slices.append(
      Slice(block: block, start: range.lowerBound, end: range.upperBound, isPrivate: false))
    byteCount += range.count
  }

  /// Appends bytes for this client alone.
  mutating func append(_ bytes: [UInt8], from pool: BlockPool) {
    guard !bytes.isEmpty else { return }
    byteCount += bytes.count
    bytes.withUnsafeBytes { bytes in
      if slices.count > first, slices[slices.count - 1].isPrivate,
        slices[slices.count - 1].block.free >= bytes.count
      {
        slices[slices.count - 1].block.append(bytes)
        slices[slices.count - 1].end += bytes.count
      } else {
        let block = Block(bytes, from: pool)
        slices.append(Slice(block: block, start: 0, end: block.count, isPrivate: true))
      }
    }
  }

  mutating func removeAll() {
    slices = []
    first = 0
    isCut = false
    byteCount = 0
  }

  /// Forgets all but the rest of a slice that was cut, at most `limit` bytes of it.
  ///
  /// What is appended then begins at a frame's border for the reader, too.
  mutating func removeUnbegun(keeping limit: Int = .max) {
    guard isCut, limit > 0, slices.count > first else { return removeAll() }
    var rest = slices[first]
    // Its block may go on behind the kept end, so nothing can be appended to that.
    rest.isPrivate = false
    byteCount = min(limit, rest.end - rest.start)
    rest.end = rest.start + byteCount
    slices = [rest]
    first = 0
  }

  /// Writes as much as the socket takes, many slices a system call.
  mutating func flush(
    _ core: inout StreamCore, _ pieces: UnsafeMutableBufferPointer<Piece>
  ) -> Progress {
    while byteCount > 0 {
      let count = min(slices.count - first, pieces.count)
      var total = 0
      for index in 0..<count {
        let slice = slices[first + index]
        pieces[index] = Piece(
          start: slice.block.start + slice.start, count: slice.end - slice.start)
        total += slice.end - slice.start
      }
      let gathered = UnsafeBufferPointer(rebasing: pieces[..<count])
      switch core.write(gathered, total: total) {
      case .wrote(let sent): drop(sent)
      case .wouldBlock: return .blocked
      case .failed(let code): return .failed(code)
      }
    }
    return .done
  }

  /// Writes at most `limit` bytes of the first slice.
  mutating func flushOne(_ core: inout StreamCore, limit: Int) -> Progress {
    guard slices.count > first else { return .done }
    let slice = slices[first]
    let bytes = UnsafeRawBufferPointer(
      start: slice.block.start + slice.start, count: min(limit, slice.end - slice.start))
    switch core.write(bytes) {
    case .wrote(let sent):
      drop(sent)
      return sent < bytes.count ? .blocked : .done
    case .wouldBlock: return .blocked
    case .failed(let code): return .failed(code)
    }
  }

  /// The next bytes, at most `count` of them and of one slice: enough for a frame's header.
  func peek(_ count: Int) -> UnsafeRawBufferPointer {
    guard slices.count > first else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let slice = slices[first]
    return UnsafeRawBufferPointer(
      start: slice.block.start + slice.start, count: min(count, slice.end - slice.start))
  }

  private mutating func drop(_ sent: Int) {
    byteCount -= sent
    var left = sent
    while left > 0 {
      let size = slices[first].end - slices[first].start
      if left < size {
        slices[first].start += left
        left = 0
        isCut = true
      } else {
        left -= size
        first += 1
        isCut = false
      }
    }
    if first == slices.count {
      // Mostly there was one, and taking it off costs a quarter of emptying.
      if slices.count == 1 {
        slices.removeLast()
      } else {
        slices.removeAll(keepingCapacity: slices.capacity <= 64)
      }
      first = 0
    } else if first * 2 >= slices.count {
      // So those that are gone keep no more blocks alive than those that wait.
      slices.removeSubrange(..<first)
      first = 0
    }
  }
}
