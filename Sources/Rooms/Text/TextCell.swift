/// A piece of text that must not be torn apart in a row, or by the cursor that walks through it.
///
/// A base with its marks, an emoji with its variation selector, skin tone and what is joined to it, two
/// letters of a flag.
package struct TextCell: Equatable, Sendable {
  package var scalarCount = 0
  /// In UTF-8.
  package var byteCount = 0
  /// The most columns that a terminal gives it; 0 for marks with nothing before them.
  package var columns = 0
  /// Whether every terminal gives it so many; after others the cursor must be put where it belongs.
  package var isCertain = true
}

/// The cells of a text, in one walk whose cost grows with the length only.
package struct TextCells<Text: Sequence>: Sequence, IteratorProtocol
where Text.Element == Unicode.Scalar {
  private var scalars: Text.Iterator
  /// Read already, and the first of the next cell.
  private var pending: Unicode.Scalar?

  package init(_ text: Text) {
    scalars = text.makeIterator()
    pending = scalars.next()
  }

  package mutating func next() -> TextCell? {
    guard let first = pending else { return nil }
    var cell = TextCell()
    var shape = TextCellShape(first)
    cell.take(first, TextWidth.kind(of: first))
    // Half a flag is drawn as one column or as two.
    if shape.isHalfFlag { (cell.columns, cell.isCertain) = (2, false) }
    pending = scalars.next()
    while let scalar = pending {
      let kind = TextWidth.kind(of: scalar)
      switch shape.fate(of: scalar, kind) {
      case .next: return cell
      case .part: cell.take(scalar, kind)
      case .flag: cell.take(scalar, (0, true), makesCertain: true)
      case .wider: cell.take(scalar, (cell.columns < 2 ? 1 : 0, false))
      case .joined: cell.take(scalar, (kind.columns, false))
      }
      pending = scalars.next()
    }
    return cell
  }
}

extension TextCell {
  fileprivate mutating func take(
    _ scalar: Unicode.Scalar, _ kind: (columns: Int, isCertain: Bool), makesCertain: Bool = false
  ) {
    scalarCount += 1
    byteCount += UTF8.width(scalar)
    columns += kind.columns
    isCertain = makesCertain || isCertain && kind.isCertain
  }
}

/// What a cell remembers of its scalars to know whether the next one belongs to it.
private struct TextCellShape {
  enum Fate { case next, part, flag, wider, joined }

  private(set) var isHalfFlag: Bool
  private var last: Unicode.Scalar
  private var joiners = 0
  private var spacingMarks = 0

  init(_ first: Unicode.Scalar) {
    last = first
    isHalfFlag = Self.isRegional(first)
  }

  mutating func fate(
    of scalar: Unicode.Scalar, _ kind: (columns: Int, isCertain: Bool)
  ) -> Fate {
    defer { last = scalar }
    switch scalar.value {
    case 0x20...0x7E: return .next
    case 0xFE0F: return last.properties.isEmoji && !isHalfFlag ? .wider : .part
    case 0x200D: return .joined
    // The tones of skin.
    case 0x1F3FB...0x1F3FF: return last.properties.isEmojiModifierBase ? .joined : .next
    case 0x1F1E6...0x1F1FF:
      guard isHalfFlag, Self.isRegional(last) else { return .next }
      isHalfFlag = false
      return .flag
    default: break
    }
    if kind.columns == 0 { return .part }
    if last.value == 0x200D, scalar.properties.isEmoji, joiners < SafeText.joinerLimit {
      joiners += 1
      return .joined
    }
    // The marks of Indic scripts that have a width: bounded, so that a cell is.
    guard !kind.isCertain, spacingMarks < SafeText.markLimit,
      scalar.properties.generalCategory == .spacingMark
    else { return .next }
    spacingMarks += 1
    return .part
  }

  private static func isRegional(_ scalar: Unicode.Scalar) -> Bool {
    0x1F1E6...0x1F1FF ~= scalar.value
  }
}
