#!/usr/bin/env python3
"""Sits at a terminal while somebody else talks: PARLEY COLUMNS ROWS talk|hostile.

The terminal is pyte. Whenever the program has drawn something, the row being typed and the cursor must be
what was typed, and nothing else of the terminal may have changed than rows of text."""
import fcntl, os, pty, select, socket, struct, sys, termios, time
import pyte
from wcwidth import wcswidth

parley, columns, rows, scene = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


class Terminal(pyte.Screen):
    def __init__(self, *size):
        self.answers, self.bells = [], 0
        super().__init__(*size)

    def write_process_input(self, data):
        self.answers.append(data)

    def bell(self, *args):
        self.bells += 1


def size_of(descriptor, columns, rows):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


listener = socket.create_server(("127.0.0.1", 0))
pid, person = pty.fork()
if pid == 0:
    size_of(0, columns, rows)
    os.environ["TERM"] = "xterm-256color"
    os.environ.pop("NO_COLOR", None)
    address = "127.0.0.1:%d" % listener.getsockname()[1]
    os.execv(parley, [parley, "talk", "--plain", "--nick", "ann", address])
peer, _ = listener.accept()
screen = Terminal(columns, rows)
stream = pyte.ByteStream(screen)
frames = 0
pending = b""
settling = True
begun = False
PROMPT = "ann> "
typed = [("", "")]  # What may be seen: the last state that was, and those since.


def say(text):
    body = b"[2026-11-21T03:17:47] bob:\n\t" + text
    peer.sendall(struct.pack("!H", len(body)) + body)


def complain(why):
    shown = "\n".join("|%s|" % row for row in screen.display)
    sys.exit(f"{why}\nafter {frames} drawings at {screen.columns}x{screen.lines}, cursor "
             f"{screen.cursor.x},{screen.cursor.y}, typed {typed}\n{shown}")


def row(number):
    # pyte keeps the right half of a wide character as an empty cell.
    return screen.display[number].rstrip()


def check():
    """Whether one of the states that were typed is what is seen."""
    global typed
    if screen.cursor.y != screen.lines - 1:
        complain("the cursor is not in the last row")
    for place, (before, after) in reversed(list(enumerate(typed))):
        if row(screen.lines - 1) == (PROMPT + before + after).rstrip() and \
           screen.cursor.x == wcswidth(PROMPT + before):
            typed = typed[place:]
            return
    complain("the row being typed is damaged")


def read(limit):
    """Takes what is there, and looks after each drawing; false when nothing came."""
    global pending, frames, settling, begun
    ready, _, _ = select.select([person], [], [], limit)
    if not ready:
        return False
    pending += os.read(person, 65536)
    while (end := pending.find(b"\x1b[?25h")) >= 0:
        frame, pending = pending[:end + 6], pending[end + 6:]
        if b"\x1b[2J" in frame:
            settling = False
        stream.feed(frame)
        frames += 1
        # Between a change of the size and what the program makes of it nothing can be said.
        begun = begun or row(screen.lines - 1) == PROMPT.rstrip()
        if begun and not settling:
            check()
    return True


def until(condition, why):
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            complain("waited in vain for " + why)
        read(0.2)


def press(keys, before, after=""):
    typed.append((before, after))
    os.write(person, keys.encode())


def last_line():
    return row(screen.lines - 3)


until(lambda: begun and not settling, "the prompt")
modes = set(screen.mode)

if scene == "talk":
    text = "wör 日本 한"
    pieces = ["hello", "日本語のテキスト", "e\u0301a\u0301", "한국어", "x" * 100, "two\nlines", "\U0001f600 smile"]
    sizes = [(columns, rows), (columns - 3, rows + 2), (columns + 11, max(4, rows - 1))]
    shown = ""
    for number in range(1000):
        say(f"{number} {pieces[number % len(pieces)]}".encode())
        if number % 20 == 10:
            # A key now and then, until the line is there, and then it is taken away again.
            step = (number // 20) % (2 * len(text))
            if step < len(text):
                shown += text[step]
                press(text[step], shown)
            else:
                shown = shown[:-1]
                press("\x7f", shown)
        if number % 100 == 55:
            while read(0):
                pass
            size = sizes[(number // 100 + 1) % len(sizes)]
            settling = True
            screen.resize(lines=size[1], columns=size[0])
            size_of(person, *size)
        # Sometimes many lines come at once.
        read(0.02 if number % 7 == 0 else 0)
    until(lambda: not settling and len(typed) == 1, "all that was typed")
    say(b"end")
    until(lambda: last_line().endswith("bob: end"), "the last line")
    if not 50 < frames < 800:
        complain("the lines should be drawn many at a time, and often enough to be looked at")
else:
    hostile = [
        b"\x1b[2J", b"\x1bc", b"\x1b#8", b"\x1b]0;pwn\x07", b"\x1b]8;;http://x\x1b\\link", b"\x1b]52;c;cHdu\x07",
        b"\x1bP$qm\x1b\\", b"\x1b[6n", b"\x1b[c", b"\x1b[21t", b"\x05", "\u009b2J".encode(), b"\x9b2J",
        "\x1b\u0301[2J".encode(), b"x\r\n[2026-11-21T03:17:47] Alice:\n\tforged", b"A\x08\x08\x08", b"\r", b"\x0b",
        b"\x0c", b"\x7f", b"\x00", b"\x0e\x1b(0lqk", "\u202egnp.exe".encode(), "\u2066\u2067\u2068".encode(),
        "a".encode() + "\u0301".encode() * 5000, "\ufdfd".encode() * 4000, "\U0001f469\u200d".encode() * 1000,
        "\U000e0041\U000e0042\ufeff\u200b".encode(), b"\xc0\xaf\xed\xa0\x80\xff\x80\xe2\x82",
        b"\n" * 30, b"\t" * 100, b"\x1b[?1049l\x1b[?25l\x1b[?7h\x1b[1;3r\x1b[7m", b"x" * 5000,
    ]
    press("日本 h", "日本 h")
    status = None
    for number, text in enumerate(hostile):
        say(text)
        say(b"tail %d" % number)
        until(lambda: last_line().endswith(f"bob: tail {number}"), f"the line after hostile text {number}")
        above = row(screen.lines - 2)
        if status is None:
            status = above
        if above != status:
            complain(f"hostile text {number} has changed the status row")
        for column in range(screen.columns):
            cell = screen.buffer[screen.lines - 3][column]
            if cell.reverse or cell.bold:
                complain(f"hostile text {number} has left its style behind")
        if any("Alice" == shown.split(" ")[0].rstrip(":") for shown in screen.display):
            complain("a text has begun a line of its own")
    if screen.answers or screen.bells or screen.title or screen.icon_name:
        complain(f"answers {screen.answers}, bells {screen.bells}, title {screen.title!r}")
    if set(screen.mode) != modes:
        complain(f"modes {modes} are now {set(screen.mode)}")

press("\x15", "")
until(lambda: len(typed) == 1, "an empty line")
# Ctrl-D: the last screenful stays.
os.write(person, b"\x04")
rest = pending
while True:
    try:
        if not (piece := os.read(person, 65536)):
            break
    except OSError:
        break
    rest += piece
if rest.count(b"\x1b[?1049l") != 1 or b"bob" not in rest[rest.find(b"\x1b[?1049l"):]:
    complain(f"the terminal is not given back: {rest!r}")
if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
    complain("it did not end well")
