extension Lesson {
  /// Datagrams, streams, and chats without a server.
  static let secondLesson = [
    Lesson(
      13, 2, "datagrams", ["parley listen -u 9000", "parley connect -u localhost:9000"],
      example: "UDPPeer",
      """
      One datagram, one message, of at most 65,507 bytes over IPv4. Port 0 tells the real one; a \
      datagram that was cut is marked; use after close is an error, not a crash.
      """),
    Lesson(
      14, 2, "address of an endpoint", ["parley connect -v localhost:8080"],
      """
      `Address` reads the same texts and IPv6 as well, takes ASCII digits only, and says what is wrong \
      with the rest.
      """),
    Lesson(
      15, 2, "text of a chat message", ["parley join localhost:9999 --frame u16"],
      "`ChatMessage` writes and reads it: time, name, and the text behind a line end and a tab."),
    Lesson(
      16, 2, "addresses of this machine", ["parley addresses"],
      "IPv4 as in the lesson, and IPv6, with the names of the interfaces."),
    Lesson(
      17, 2, "UDP peer", [], "The others are told by address, and whoever writes is one of them."),
    Lesson(18, 2, "UDP chat by turns", [], "One line out, one datagram in."),
    Lesson(19, 2, "UDP chat of three and more", [], "Each line to everybody."),
    Lesson(20, 2, "UDP peer with a callback", [], "Receiving beside the input."),
    Lesson(21, 2, "UDP chat, both at once", [], "Typing and listening at the same time."),
    Lesson(22, 2, "UDP chat with a farewell", [], "Leaving is said, and the leaver is forgotten."),
    Lesson(23, 2, "UDP streamer", [], "Numbers without a pause, to see what is lost."),
    Lesson(
      24, 2, "errors and timeouts of a client", ["parley connect --timeout 2 localhost:8080"],
      """
      The message says what failed, for which address and after how long, and the exit code tells \
      refused (10), unresolvable (11), unreachable (12), timed out (13) and reset (14) apart.
      """),
    Lesson(
      25, 2, "buffers and half close", ["parley connect localhost:8080"],
      """
      The end of the input ends one direction, and the other goes on to its own end. Each read and \
      each buffer has a limit.
      """),
    Lesson(
      26, 2, "accept loop", ["parley echo --listen 8080 --backlog 5"],
      """
      The loop that waits for a client is woken by cancellation, so it ends without one more. The \
      backlog is an option; see below for what it does on Linux.
      """),
    Lesson(
      27, 2, "messages behind four bytes of length",
      ["parley listen --frame u32 8080", "parley connect --frame u32 localhost:8080"],
      example: "FramedMessages",
      """
      The length counts bytes, where the lesson counts characters. The end between two messages is the \
      end, inside of one it is an error.
      """),
    Lesson(
      28, 2, "TCP echo server", ["parley echo --listen 8080 --log"], example: "EchoServer",
      "Many clients at the same time, and the log on standard error."),
    Lesson(
      29, 2, "echo client that sends before it reads", ["parley echo localhost:8080"],
      """
      `parley lab row 29` keeps the failure: with more input than both directions can hold it stands \
      still, and says so after three seconds. The command does not: it reads while it sends.
      """),
    Lesson(
      30, 2, "echo client that does both at once",
      ["parley echo localhost:8080", "parley rand | parley echo localhost:8080"],
      """
      Compares what comes back with a bounded window of what was sent: an echo in pieces is right, the \
      first wrong byte is told with its offset, and the end of the input ends the program.
      """),
    Lesson(
      31, 2, "endless random numbers, and a copy", ["parley rand"],
      "Ends without a word when nobody reads any more. The copy is `cat`."),
    Lesson(32, 2, "TCP connection with events", [], "Messages, at most one error, one end."),
    Lesson(33, 2, "TCP client", [], "Such a connection, dialled."),
    Lesson(34, 2, "TCP server with events", [], "Such connections, accepted."),
    Lesson(35, 2, "TCP chat for two, client", [], "Two bytes of length before each text."),
    Lesson(36, 2, "TCP chat for two, server", [], "The other side of it."),
    Lesson(37, 2, "TCP chat of many without a server", [], "Everybody listens and dials."),
    Lesson(
      38, 2, "runner of the examples",
      ["parley lab -l 3 -e 1 server 8080", "parley lab row 28 server 8080"],
      "The course's numbers, or the rows of this table."),
    Lesson(39, 2, "broadcast and multicast", [], "One datagram for all who listen."),
  ]
}
