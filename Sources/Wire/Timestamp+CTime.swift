extension Timestamp {
  /// `Thu Jan  1 00:00:00 1970`: always 24 characters, microseconds left out.
  package var ctime: String {
    func two(_ value: Int, _ filler: String = "0") -> String {
      value < 10 ? "\(filler)\(value)" : "\(value)"
    }
    let month = Timestamp.monthNames[self.month - 1]
    let time = "\(two(hour)):\(two(minute)):\(two(second))"
    let year = String(10_000 + self.year).dropFirst()
    return "\(Timestamp.dayNames[weekday]) \(month) \(two(day, " ")) \(time) \(year)"
  }

  private static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Days since Sunday.
  private var weekday: Int {
    // Years are taken to begin in March, so that the leap day is the last of one.
    // Four centuries are whole weeks, and keep the year 0 from having years before it.
    let year = year + 400 - (month < 3 ? 1 : 0)
    let leapDays = year / 4 - year / 100 + year / 400
    // From March on, five months have 153 days, whichever five follow each other.
    let monthDays = (153 * ((month + 9) % 12) + 2) / 5
    // The day before March of the year 0 was a Tuesday.
    return (year + leapDays + monthDays + day + 2) % 7
  }
}
