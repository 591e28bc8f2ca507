extension Lesson {
  /// The third and the fourth lesson: echoes, requests, and who closes first.
  static let laterLessons = [
    Lesson(
      40, 3, "echo server for one client", ["parley echo --listen 127.0.0.1:2020 --log"],
      "Goes on after the first client."),
    Lesson(
      41, 3, "raw client", ["parley echo 127.0.0.1:2020"],
      """
      Waits for as many bytes as it sent: an answer in two parts is one answer, and to an empty line \
      there is none to wait for.
      """),
    Lesson(
      42, 3, "line client", ["parley echo 127.0.0.1:2020 --frame line"],
      """
      `TextLines` sends when it is told to flush. A line ends with LF or CR LF, wherever the stream is \
      split; the end of the stream ends the program.
      """),
    Lesson(
      43, 4, "HTTP GET client with a name", ["parley get --raw=1.1 http://crisewing.com/"],
      """
      All addresses of the name are tried. The answer ends where its length, its chunks or the stream \
      say, not at the first short read.
      """),
    Lesson(
      44, 4, "one request, one answer",
      ["parley listen -k --reply 'message received' --max-read 16 127.0.0.1:50000"],
      """
      Reads on after the answer until the client has ended: closing with unread input would reset the \
      connection, and the answer might be lost.
      """),
    Lesson(
      45, 4, "dialogue in two terminals",
      [
        "parley listen --reply 'Yes, I hear you.' --max-read 32 127.0.0.1:50000",
        "parley connect --send 'Hey, can you hear me?' 127.0.0.1:50000",
      ],
      "Each side says what it has to say and ends its direction; both read to the end."),
    Lesson(
      46, 4, "basic echo server and client",
      ["parley echo --listen 127.0.0.1:10000 --log", "parley echo 127.0.0.1:10000"],
      """
      The client knows by the number of bytes when all is back, and does not need the server to \
      close. A character that is cut between two pieces does not spoil the log.
      """),
  ]
}
