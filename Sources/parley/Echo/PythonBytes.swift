extension Collection<UInt8> {
  /// The bytes as Python shows them, as in `b'h\xc3\xa9\n'`: ASCII on one line, whatever they are.
  var asPythonBytes: String {
    let (single, double) = (UInt8(ascii: "'"), UInt8(ascii: "\""))
    let quote = contains(single) && !contains(double) ? double : single
    var text = [UInt8(ascii: "b"), quote]
    for byte in self {
      switch byte {
      case quote, UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\t"): text += Array("\\t".utf8)
      case UInt8(ascii: "\n"): text += Array("\\n".utf8)
      case UInt8(ascii: "\r"): text += Array("\\r".utf8)
      case 0x20...0x7E: text.append(byte)
      default:
        let digits = Array("0123456789abcdef".utf8)
        text += [UInt8(ascii: "\\"), UInt8(ascii: "x")]
        text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text + [quote], as: UTF8.self)
  }
}
