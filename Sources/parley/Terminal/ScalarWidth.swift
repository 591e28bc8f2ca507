import Rooms

extension Unicode.Scalar {
  /// How many columns a terminal gives this scalar where it stands alone: 0, 1 or 2.
  var columns: Int { TextWidth.columns(of: self) }
}
