/// Random 32-bit signed numbers as lines of decimal text: the same for a seed on every machine.
///
/// Each number is a function of the seed and its index alone (SplitMix64 counts, it does not chain),
/// so a batch can be written from its end, where no line's length is needed beforehand.
struct RandomLines {
  /// The lines of a batch.
  static let batch = 8_192
  /// `-2147483648` and a line end.
  private static let longest = 12

  private let seed: UInt64
  private var index: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  /// The next batch of lines.
  mutating func next() -> [UInt8] {
    let size = Self.batch * Self.longest
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let memory = UnsafeMutableRawBufferPointer(buffer)
      let start = fill(memory)
      count = size - start
      memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start...]))
    }
    index &+= UInt64(Self.batch)
    return bytes
  }

  /// The number at an index: half of what the 64-bit generator gives for every second index.
  static func number(_ index: UInt64, seed: UInt64) -> Int32 {
    let pair = mixed(seed &+ ((index >> 1) &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    return Int32(truncatingIfNeeded: index & 1 == 0 ? pair : pair >> 32)
  }

  /// A number as a line: what every line of a batch is made by.
  static func line(_ number: Int32) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: longest, alignment: 1) { memory in
      let start = write(number, before: longest, in: memory)
      return Array(memory[start...])
    }
  }

  /// The output function of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
  /// generators, 2014).
  private static func mixed(_ state: UInt64) -> UInt64 {
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Writes a batch to the end of the memory, the last line first, and tells where it begins.
  private func fill(_ memory: UnsafeMutableRawBufferPointer) -> Int {
    var end = memory.count
    for line in stride(from: UInt64(Self.batch), to: 0, by: -1) {
      end = Self.write(Self.number(index &+ line &- 1, seed: seed), before: end, in: memory)
    }
    return end
  }

  /// Writes a line, and tells where it begins.
  ///
  /// Always ten digits and a sign, without asking whether they are needed: what is not is written
  /// over by the line before.
  private static func write(
    _ number: Int32, before end: Int, in memory: UnsafeMutableRawBufferPointer
  ) -> Int {
    let magnitude = number.magnitude
    let high = magnitude / 100_000_000
    memory[end - 1] = UInt8(ascii: "\n")
    memory.storeBytes(
      of: eightDigits(magnitude % 100_000_000), toByteOffset: end - 9, as: UInt64.self)
    let pair = UInt16(truncatingIfNeeded: (high / 10) | (high % 10) << 8) | 0x3030
    memory.storeBytes(of: pair.littleEndian, toByteOffset: end - 11, as: UInt16.self)
    let start = end - 1 - digits(of: magnitude)
    memory[start - 1] = UInt8(ascii: "-")
    return start - (number < 0 ? 1 : 0)
  }

  /// Eight decimal digits as text, the first one in the first byte of memory: the number is cut into
  /// two of four digits, four of two and eight of one, all cuts of a step at once.
  private static func eightDigits(_ number: UInt32) -> UInt64 {
    let fours = UInt64(number / 10_000) | UInt64(number % 10_000) << 32
    // 10486 / 2^20 is 1 / 100 for all numbers of four digits, 103 / 2^10 is 1 / 10 for all of two.
    let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let twos = hundreds | (fours &- hundreds &* 100) << 16
    let tens = (twos &* 103) >> 10 & 0x000F_000F_000F_000F
    return ((tens | (twos &- tens &* 10) << 8) | 0x3030_3030_3030_3030).littleEndian
  }

  private static func digits(of magnitude: UInt32) -> Int {
    // log10(2) is 1233 / 4096, and the table mends what that rounds away.
    let guess = ((32 - (magnitude | 1).leadingZeroBitCount) * 1233) >> 12
    return guess + (magnitude >= power(guess) ? 1 : 0) + (magnitude == 0 ? 1 : 0)
  }

  private static func power(_ exponent: Int) -> UInt32 {
    switch exponent {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1_000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    case 8: 100_000_000
    default: 1_000_000_000
    }
  }
}
