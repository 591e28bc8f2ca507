extension Name {
  /// Lets names pass that every terminal shows in one order.
  ///
  /// The rule of RFC 5893 for names with letters that are written from right to left: such a letter
  /// first, a letter or digit last, no letter of the other direction, one kind of digits.
  static func checkDirection(_ scalars: [Unicode.Scalar]) throws(NameRefusal) {
    let directions = scalars.map(direction)
    guard directions.contains(where: { $0 == .letter || $0 == .arabicDigit }) else { return }
    let last = directions.last { $0 != .mark }
    guard directions.first == .letter, last == .letter || last == .arabicDigit || last == .digit,
      !directions.contains(.left),
      !(directions.contains(.arabicDigit) && directions.contains(.digit))
    else { throw .mixedDirections }
  }

  private enum Direction { case letter, arabicDigit, digit, mark, left, none }

  private static func direction(of scalar: Unicode.Scalar) -> Direction {
    switch NameTable.directions.region(of: scalar.value) {
    case 1: return .letter
    case 2: return .arabicDigit
    case 3: return .digit
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark: return .mark
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .spacingMark, .decimalNumber, .letterNumber:
      return .left
    default: return .none
    }
  }
}
