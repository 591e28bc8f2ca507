import Glibc
import Testing

@testable import parley

@Suite("Random lines")
struct RandomLinesTests {
  private func numbers(_ batches: Int, seed: UInt64) -> [Int32] {
    var lines = RandomLines(seed: seed)
    return (0..<batches).flatMap { _ in
      lines.next().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        .map { Int32(String(decoding: $0, as: UTF8.self)) ?? 0 }
    }
  }

  @Test("each line is its number in decimal", arguments: [0, 7, 999_999_999, UInt64.max])
  func text(seed: UInt64) {
    var lines = RandomLines(seed: seed)
    let expected = (0..<UInt64(3 * RandomLines.batch)).map {
      "\(RandomLines.number($0, seed: seed))\n"
    }
    #expect((0..<3).flatMap { _ in lines.next() }.elementsEqual(expected.joined().utf8))
  }

  @Test("numbers of every length and the ends of the range are written whole")
  func lengths() {
    var power: Int64 = 1
    var edges: [Int32] = [0, .max, .min, .min + 1]
    while power < Int32.max {
      for number in [power - 1, power, power + 1] {
        edges += [Int32(clamping: number), Int32(clamping: -number)]
      }
      power *= 10
    }
    for number in edges { #expect(RandomLines.line(number) == Array("\(number)\n".utf8)) }
  }

  @Test("a seed gives the numbers of SplitMix64, on every machine")
  func golden() {
    var generator = SeededGenerator(seed: 7)
    let expected = (0..<1_000).flatMap { _ in
      let pair = generator.next()
      return [Int32(truncatingIfNeeded: pair), Int32(truncatingIfNeeded: pair >> 32)]
    }
    #expect(Array(numbers(1, seed: 7).prefix(2_000)) == expected)
    #expect(expected[0] == 1_496_452_567)
  }

  @Test("all numbers are equally likely: bits, buckets and neighbours")
  func uniform() {
    let numbers = numbers(8, seed: 1)
    let count = Double(numbers.count)
    #expect(numbers.count == 8 * RandomLines.batch)
    // Five standard deviations: with a fixed seed this never fails by chance.
    let tolerance = 5 * sqrt(count) / 2
    for bit in 0..<32 {
      let ones = numbers.count { $0 >> Int32(bit) & 1 == 1 }
      #expect(abs(Double(ones) - count / 2) < tolerance, "bit \(bit)")
      let equal = zip(numbers, numbers.dropFirst()).count { ($0 ^ $1) >> Int32(bit) & 1 == 0 }
      #expect(abs(Double(equal) - count / 2) < tolerance, "bit \(bit) and the next number's")
    }
    for shift: UInt32 in [0, 8, 16, 24] {
      var buckets = [Double](repeating: 0, count: 256)
      for number in numbers {
        buckets[Int(UInt32(bitPattern: number) >> shift & 255)] += 1
      }
      let expected = count / 256
      let chi = buckets.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
      // 255 degrees of freedom: mean 255, standard deviation 22.6.
      #expect(abs(chi - 255) < 113, "byte at bit \(shift)")
    }
    #expect(numbers.contains { $0 < Int32.min + 1_000_000 })
    #expect(numbers.contains { $0 > Int32.max - 1_000_000 })
  }
}
