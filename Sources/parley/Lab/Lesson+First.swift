extension Lesson {
  /// Messages, and things that happen at the same time.
  static let firstLesson = [
    Lesson(
      1, 1, "HTTP GET client, raw socket",
      ["parley get --raw=1.0 http://www.python.org/index.html"],
      """
      The same 28 bytes of request. The answer is read to the end of the stream, in whatever pieces \
      it comes, and an error status is an answer like any other.
      """),
    Lesson(
      2, 1, "time server", ["parley time --listen 12345"], example: "TimeServer",
      """
      24 bytes of local time and the end. Clients are served at the same time, one that resets at once \
      ends nobody else, and the port can be bound again right after the server has ended.
      """),
    Lesson(
      3, 1, "time client", ["parley time localhost:12345"],
      "Reads to the end: a time that arrives byte by byte is still whole."),
    Lesson(
      4, 1, "raw echo server", ["parley echo --listen 12345"], example: "EchoServer",
      "Echoes at once, before the client has ended its side, and closes after the client has."),
    Lesson(
      5, 1, "raw echo client", ["parley echo localhost:12345"],
      """
      Counts bytes, where the lesson counts characters: of `è €` six come back. The answer is printed \
      as text.
      """),
    Lesson(
      6, 1, "messages behind ten digits of length",
      ["parley connect --frame dec10 localhost:12345"], example: "FramedMessages",
      """
      Header and payload in one write. Reading accepts every split; a sign, a tab or an underscore in \
      the header is an error, and so is a length over the limit, before any memory is taken.
      """),
    Lesson(
      7, 1, "echo of such messages",
      [
        "parley echo --listen 12345 --frame dec10",
        "parley echo localhost:12345 --frame dec10",
      ],
      "Many clients at the same time. The end of the stream inside a message is an error."),
    Lesson(
      8, 1, "two threads that count", [], example: "Countdown",
      "Two tasks in a group; no line is torn, because each is one write."),
    Lesson(
      9, 1, "producer and consumer", [], example: "ProducerConsumer",
      "A bounded `Inbox` in the place of the queue, and `finish()` in the place of a marker."),
    Lesson(
      10, 1, "chat server and client",
      [
        "parley serve --listen 12345,frame=dec10",
        "parley join localhost:12345 --frame dec10",
      ], example: "ClassicChat",
      """
      One task and one bounded queue for each client: whoever does not read is cut off and holds up \
      nobody. What somebody says goes to all the others, and not back.
      """),
    Lesson(
      11, 1, "TCP over IPv6", ["parley echo --listen '[::1]:12345'", "parley echo '[::1]:12345'"],
      """
      Nothing to change: a port alone is served on IPv6 and IPv4, and a name is dialled on all of its \
      addresses, the next one when the one before keeps silent.
      """),
    Lesson(
      12, 1, "reject unknown locations",
      ["parley echo --listen 12345 --allow 127.0.0.0/8"],
      "Whoever comes from elsewhere is closed without a byte, and one line says so."),
  ]
}
