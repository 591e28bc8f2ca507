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
      17, 2, "UDP peer", ["parley chat --plain udp 8080"], example: "UDPPeer",
      """
      `DatagramGroup`: whoever is named or heard is one of the group. Each peer is one address, however \
      it was written, and one that cannot be reached does not keep the others from being sent to. Who \
      was heard once gets only a little, because the sender of a datagram is easily forged, and who is \
      silent for ten minutes nothing more.
      """),
    Lesson(
      18, 2, "UDP chat by turns", ["parley chat --plain udp 8081 127.0.0.1:8080"],
      """
      `parley lab row 18` keeps the turns: a line is sent, and then nothing can be typed until a \
      datagram has come. The first of two says its first line to nobody. The command types and listens \
      at the same time.
      """),
    Lesson(
      19, 2, "UDP chat of three and more",
      ["parley chat --plain udp 8082 192.0.2.1:8080 192.0.2.2:8081"],
      """
      Each line to everybody, once: an address that was named and then heard is not two peers. Long \
      lines go as several texts of at most 1,024 bytes, cut between characters.
      """),
    Lesson(
      20, 2, "UDP peer with a callback", ["parley chat --plain udp 8080"], example: "UDPPeer",
      """
      `onEvent`, once, and `run`, whose end is the end of the receiving. Bytes that are not text do not \
      make it deaf.
      """),
    Lesson(
      21, 2, "UDP chat, both at once",
      ["parley chat --plain udp 8081 127.0.0.1:8080 --nick bob"],
      "What others write is made safe for the terminal, and no text can look like another message."),
    Lesson(
      22, 2, "UDP chat with a farewell", ["parley chat --plain udp 8081 127.0.0.1:8080"],
      """
      The farewell is said once, also on Ctrl+C. It is taken for one only when it is the whole text, so \
      nobody is put out of the chat by what somebody quotes.
      """),
    Lesson(
      23, 2, "UDP streamer",
      ["parley stream 100000 127.0.0.1:9000", "parley stream --listen 9000"],
      "The receiver counts what came, what was lost, what came twice, and what came late."),
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
    Lesson(
      32, 2, "TCP connection with events",
      ["parley connect --frame u16 localhost:8080"], example: "MessageClient",
      """
      `MessageConnection`. Messages are whole however the stream is split, header and payload leave in \
      one write, and several tasks may send. An error comes before the close, and the close comes once \
      and last, whoever closes. Bytes that are not text are a message like any other.
      """),
    Lesson(
      33, 2, "TCP client", ["parley connect --frame u16 localhost:8080"], example: "MessageClient",
      "`Endpoint.dial`: all addresses of a name are tried, and the end of the closure closes."),
    Lesson(
      34, 2, "TCP server with events",
      ["parley listen -k --frame u16 8080"], example: "MessageServer",
      """
      `MessageListener`. Closing it wakes the accept, and nobody is accepted after that. Each \
      connection has its own callback, and all live in the scope of `run`.
      """),
    Lesson(
      35, 2, "TCP chat for two, client", ["parley talk --plain 127.0.0.1:8080"],
      """
      No message is lost in a burst, however it is split. Long lines go as several texts of at most \
      1,400 bytes, because the lesson's program takes one read for a message.
      """),
    Lesson(
      36, 2, "TCP chat for two, server", ["parley talk --plain --listen 8080"],
      "Tells the port. A second caller is told that the line is busy, and is not put in between."),
    Lesson(
      37, 2, "TCP chat of many without a server",
      [
        "parley chat --plain tcp 8080",
        "parley chat --plain tcp 8081 127.0.0.1:8080",
      ],
      """
      Everybody listens and dials, from the same port, so that two have one connection. Who is down is \
      dialled again, and one who does not read delays nobody else.
      """),
    Lesson(
      38, 2, "runner of the examples",
      ["parley lab -l 3 -e 1 server 8080", "parley lab row 28 server 8080"],
      "The course's numbers, or the rows of this table."),
    Lesson(
      39, 2, "broadcast and multicast",
      ["parley chat --plain udp --discover", "parley doctor"],
      """
      Off unless asked for. What is sent to all is only where somebody is; `parley doctor` tells why \
      it does not arrive.
      """),
  ]
}
