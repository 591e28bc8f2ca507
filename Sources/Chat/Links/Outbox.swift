import Sockets

/// What one client has still to get, in order: slices of shared blocks and bytes of its own.
struct Outbox {
  /// What a flush came to.
  enum Progress { case done, blocked, failed(CInt) }

  // Mostly there is one slice at most, and that needs no array.
  private var head: BlockSlice?
  private var rest: [BlockSlice] = []
  /// How many of the rest have been the head.
  private var gone = 0
  /// Whether a part of the head has gone out.
  private var isCut = false
  /// With so many slices waiting, a look at how much memory they hold is due.
  private var packAt: Int32 = Outbox.fewSlices
  private static let fewSlices: Int32 = 16
  private(set) var byteCount = 0

  var isEmpty: Bool { byteCount == 0 }

  /// Appends a part of a block that others read too; it ends at a frame's border.
  mutating func append(_ block: Block, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    byteCount += range.count
    if rest.isEmpty {
      if head?.extend(block, range) == true { return }
    } else if rest[rest.count - 1].extend(block, range) {
      return
    }
    append(BlockSlice(block, range))
  }

  /// Appends bytes for this client alone.
  mutating func append(_ bytes: [UInt8], from pool: BlockPool) {
    guard !bytes.isEmpty else { return }
    byteCount += bytes.count
    bytes.withUnsafeBytes { bytes in
      if rest.isEmpty {
        if head?.extend(bytes) == true { return }
      } else if rest[rest.count - 1].extend(bytes) {
        return
      }
      append(BlockSlice(private: Block(bytes, from: pool)))
    }
  }

  private mutating func append(_ slice: BlockSlice) {
    if head == nil { head = slice } else { rest.append(slice) }
  }

  /// Copies what waits out of blocks of which it holds little.
  ///
  /// A client that takes nothing would otherwise keep a large block alive for each line of a quiet room. Where
  /// it gets all that blocks hold they stay shared with the others, which is less for all of them together.
  mutating func pack(from pool: BlockPool) {
    guard rest.count - gone >= Int(packAt) else { return }
    if holdsTooMuch {
      var left = rest[gone...].reduce(0) { $0 + $1.count }
      var packed: [BlockSlice] = []
      for slice in rest[gone...] {
        defer { left -= slice.count }
        guard slice.count < Outbox.packedBytes / 2 else {
          packed.append(slice)
          continue
        }
        let bytes = UnsafeRawBufferPointer(start: slice.start, count: slice.count)
        if !packed.isEmpty, packed[packed.count - 1].extend(bytes) { continue }
        let block = Block(capacity: min(left, Outbox.packedBytes), from: pool)
        block.append(bytes)
        packed.append(BlockSlice(private: block))
      }
      rest = packed
      gone = 0
    }
    packAt = Int32(clamping: max(Int(Outbox.fewSlices), 2 * (rest.count - gone)))
  }

  private static let packedBytes = 65_536

  /// Whether the blocks are much larger than what waits in them; a slice costs a little by itself.
  private var holdsTooMuch: Bool {
    var held = 0
    var last: Block?
    for slice in rest[gone...] {
      held += 64
      if slice.block !== last { held += slice.block.capacity }
      last = slice.block
    }
    return held > 2 * byteCount + Outbox.packedBytes
  }

  mutating func removeAll() {
    head = nil
    packAt = Outbox.fewSlices
    rest = []
    gone = 0
    isCut = false
    byteCount = 0
  }

  /// Forgets all but the rest of a slice that was cut, at most `limit` bytes of it.
  ///
  /// What is appended then begins at a frame's border for the reader, too.
  mutating func removeUnbegun(keeping limit: Int = .max, from pool: BlockPool) {
    guard isCut, limit > 0, var kept = head else { return removeAll() }
    kept.truncate(limit)
    // Who takes nothing may keep it for a while: not with all of a block that others have read.
    let bytes = UnsafeRawBufferPointer(start: kept.start, count: kept.count)
    kept = BlockSlice(private: Block(bytes, from: pool))
    removeAll()
    isCut = true
    byteCount = kept.count
    head = kept
  }

  /// Writes as much as the socket takes, many slices a system call.
  // Each recipient of each turn comes by here, mostly with one slice that the socket takes whole: that way is
  // part of the flusher's loop, and the others are calls.
  @inline(__always)
  mutating func flush(
    _ core: inout StreamCore, _ pieces: UnsafeMutableBufferPointer<Piece>
  ) -> Progress {
    while byteCount > 0 {
      switch rest.isEmpty ? core.write(peek(.max)) : write(to: &core, pieces) {
      case .wrote(let sent): drop(sent)
      case .wouldBlock: return .blocked
      case .failed(let code): return .failed(code)
      }
    }
    return .done
  }

  @inline(never)
  private func write(
    to core: inout StreamCore, _ pieces: UnsafeMutableBufferPointer<Piece>
  ) -> StreamCore.WriteOutcome {
    // To gather slices that the socket does not take would be the most of what a stalled client costs. To offer
    // one slice costs nothing, so that is done unasked.
    guard core.canWrite else { return .wouldBlock }
    var count = 0
    var total = 0
    func add(_ slice: BlockSlice) {
      pieces[count] = Piece(start: slice.start, count: slice.count)
      count += 1
      total += slice.count
    }
    if let head { add(head) }
    for slice in rest[gone...].prefix(pieces.count - count) { add(slice) }
    return core.write(UnsafeBufferPointer(rebasing: pieces[..<count]), total: total)
  }

  /// Writes at most `limit` bytes of the first slice.
  mutating func flushOne(_ core: inout StreamCore, limit: Int) -> Progress {
    let bytes = peek(limit)
    guard !bytes.isEmpty else { return .done }
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
    UnsafeRawBufferPointer(start: head?.start, count: min(count, head?.count ?? 0))
  }

  @inline(__always)
  private mutating func drop(_ sent: Int) {
    guard sent == byteCount, rest.isEmpty else { return dropPart(sent) }
    head = nil
    isCut = false
    byteCount = 0
  }

  @inline(never)
  private mutating func dropPart(_ sent: Int) {
    byteCount -= sent
    var left = sent
    while let size = head?.count {
      guard left >= size else {
        if left > 0 {
          head?.removeFirst(left)
          isCut = true
        }
        return
      }
      left -= size
      isCut = false
      advance()
    }
  }

  /// The next slice becomes the head.
  private mutating func advance() {
    guard gone < rest.count else {
      head = nil
      return
    }
    head = rest[gone]
    gone += 1
    if gone == rest.count {
      rest.removeAll(keepingCapacity: rest.capacity <= 64)
      gone = 0
      packAt = Outbox.fewSlices
    } else if gone * 2 >= rest.count {
      // So those that are gone keep no more blocks alive than those that wait.
      rest.removeSubrange(..<gone)
      gone = 0
    }
  }
}
