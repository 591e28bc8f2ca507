#!/usr/bin/env python3
"""Sits at a terminal while others talk: PARLEY COLUMNS ROWS talk|hostile|names.

talk: a thousand lines, while the person types and the size changes.
hostile: a partner whose texts and names are sequences for a terminal.
names: a server whose rooms, nicks and words are."""
import random, socket, struct, sys
from sitting import Sitting

parley, columns, rows, scene = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
chance = random.Random(20261121)
listener = socket.create_server(("127.0.0.1", 0))
address = "127.0.0.1:%d" % listener.getsockname()[1]

SEQUENCES = [
    b"\x1b[2J", b"\x1bc", b"\x1b#8", b"\x1b]0;pwn\x07", b"\x1b]8;;http://x\x1b\\link", b"\x1b]52;c;cHdu\x07",
    b"\x1bP$qm\x1b\\", b"\x1b[6n", b"\x1b[c", b"\x1b[21t", b"\x05", "\u009b2J".encode(), b"\x9b2J",
    "\x1b\u0301[2J".encode(), b"A\x08\x08\x08", b"\r", b"\x0b", b"\x0c", b"\x7f", b"\x00", b"\x0e\x1b(0lqk",
    "\u202egnp.exe".encode(), "\u2066\u2067\u2068".encode(), "\U000e0041\U000e0042\ufeff\u200b".encode(),
    b"\xc0\xaf\xed\xa0\x80\xff\x80\xe2\x82", b"\x1b[?1049l\x1b[?25l\x1b[?7h\x1b[1;3r\x1b[7m", b"\x1b[1;1H",
    b"\x1b[?25h", b"\x1b[?6h\x1b[4h", b"\x1bH\x1b[3g", b"\x1bM", b"\x1bD", b"\x1b[9S", b"\x1b[9T", b"\x1b[L",
    b"\x1b[99@", b"\x1b7\x1b[5;5H\x1b8", b"\x1b%@", b"\x1b)0\x0e", b"\x84\x85\x8d", "\u2028\u2029".encode(),
]
TEXTS = SEQUENCES + [
    b"x\r\n[2026-11-21T03:17:47] Alice:\n\tforged", "a".encode() + "\u0301".encode() * 5000,
    "\ufdfd".encode() * 4000, "\U0001f469\u200d".encode() * 1000, b"\n" * 30, b"\t" * 100, b"x" * 5000,
    "\U0001f1e9".encode() * 301, ("\u65e5" + "\u0301" * 9).encode() * 50,
]


def noise():
    """Random bytes that begin, continue and end sequences more often than not."""
    pieces = []
    for _ in range(chance.randint(1, 40)):
        kind = chance.randrange(6)
        if kind == 0:
            pieces.append(chance.choice(SEQUENCES))
        elif kind == 1:
            pieces.append(b"\x1b" + bytes([chance.choice(b"[]PX^_()#%78cDEHMNOZ=> ")]))
        elif kind == 2:
            pieces.append(chance.choice(["日", "é", "e\u0301", "\u200d", "👩‍👩‍👧", "❤️", "\u009b", "한", "\u0300"]).encode())
        elif kind == 3:
            pieces.append(bytes(chance.choices(b"0123456789;?$ mhlHJKrABCDn", k=chance.randint(1, 6))))
        else:
            pieces.append(bytes(chance.choices(range(256), k=chance.randint(1, 4))))
    return b"".join(pieces)


class Watch:
    """Looks at a whole screen while somebody says what they should not."""

    def __init__(self, sitting):
        self.sitting, self.state, self.below = sitting, None, None

    def look(self, what):
        """What was said has become rows of talk at the end, and has changed nothing else."""
        screen, sitting = self.sitting.screen, self.sitting
        talk = [screen.row(number) for number in range(screen.lines - 2)]
        state, below = screen.state(), screen.row(screen.lines - 2)
        if self.state is not None:
            if state != self.state:
                sitting.complain(f"{what} has changed the terminal from {self.state} to {state}")
            if below != self.below:
                sitting.complain(f"{what} has changed the status row")
            height = len(talk)
            count = next(k for k in range(height + 1) if talk[:height - k] == self.talk[k:])
            for number, row in enumerate(talk[height - count:], height - count):
                self.own(what, number, row, isFirst=count < height and number == height - count)
        whole = [screen.row(number) for number in range(screen.lines)]
        sitting.redraw()
        if [screen.row(number) for number in range(screen.lines)] != whole:
            sitting.complain(f"{what} is not what the program takes it for")
        self.state, self.below, self.talk = state, below, talk

    def own(self, what, number, row, isFirst):
        """A row of a foreign text: it begins as ours do, and is in no style but those of a name or a time."""
        text = self.sitting.screen.text(number)
        begins = text[2:3] == ":" and text[:2].isdigit() or text[:1] in ("*", "!")
        goes_on = text.startswith("    ") or text.startswith("  | ") or text == "  |" or not text
        if not begins and (isFirst or not goes_on):
            self.sitting.complain(f"{what} has begun a line of its own: {text!r}")
        if any(cell.reverse or cell.italics or cell.blink or cell.strikethrough for cell in row):
            self.sitting.complain(f"{what} has left its style behind")


def sit(*arguments):
    sitting = Sitting([parley, *arguments], columns, rows, "ann> ")
    peer, _ = listener.accept()
    peer.settimeout(60)
    sitting.peer = peer
    return sitting, peer


def call():
    """A chat for two, with what the partner can say."""
    sitting, peer = sit("talk", "--plain", "--nick", "ann", address)

    def say(text, name=b"bob"):
        body = b"[2026-11-21T03:17:47] " + name + b":\n\t" + text
        peer.sendall(struct.pack("!H", len(body[:65535])) + body[:65535])

    return sitting, say


def tail(sitting, word):
    """Whether the last row of the talk ends so."""
    sitting.until(lambda: sitting.screen.text(sitting.screen.lines - 3).endswith(word), word)


def talk():
    sitting, say = call()
    sitting.settle()
    lines = ["hello", "日本語のテキスト", "e\u0301a\u0301", "한국어", "x" * 100, "two\nlines", "\U0001f600 smile",
             "👩‍👩‍👧 family", "❤️", "a\u0301\u0302 b", "✊🏽✊🏽"]
    clusters = ["w", "ö", " ", "日", "本", "e\u0301", "한", "👩‍👩‍👧", "❤️", "✊🏽", "\U0001f600", "a\u0323\u0302"]
    sizes = [(columns, rows), (columns - 3, rows + 2), (columns + 11, max(4, rows - 1)), (columns // 2, rows),
             (7, rows), (columns, 3)]
    for number in range(1000):
        say(f"{number} {lines[number % len(lines)]}".encode())
        if number % 3 == 0:
            before, after = sitting.typed[-1]
            match chance.randrange(12):
                case 0 if before: sitting.press("\x1b[D", before[:-1], before[-1:] + after)
                case 1 if after: sitting.press("\x1b[C", before + after[:1], after[1:])
                case 2 if before: sitting.press("\x01", [], before + after)
                case 3 if after: sitting.press("\x05", before + after, [])
                case 4 | 5 if before: sitting.press("\x7f", before[:-1], after)
                case 6 if after: sitting.press("\x1b[3~", before, after[1:])
                case 7 if len(before) > 20: sitting.press("\x15", [], after)
                case 8: sitting.press(chance.choice(["\x1b[5~", "\x1b[6~"] + ["\x1b[1;5F"] * 3), before, after)
                case _: sitting.type(chance.choice(clusters))
        if number % 40 == 25:
            # While drawings of the old size are on their way.
            sitting.until(lambda: not sitting.settling, "the last size")
            now = (sitting.screen.columns, sitting.screen.lines)
            sitting.resize(*chance.choice([size for size in sizes if size != now]))
        # Lines come in bursts, of which a drawing shows several; in between all is looked at.
        if number % 6 == 0:
            sitting.settle()
        sitting.read(0)
    sitting.until(lambda: not sitting.settling, "the last size")
    if (sitting.screen.columns, sitting.screen.lines) != (columns, rows):
        sitting.resize(columns, rows)
    sitting.press("\x1b[1;5F", *sitting.typed[-1])
    sitting.settle()
    say(b"end")
    tail(sitting, "bob: end")
    if sitting.pieces < 100:
        sitting.complain("that was hardly looked at")
    return sitting


def hostile():
    sitting, say = call()
    for cluster in "日本 h":
        sitting.type(cluster)
    sitting.settle()
    watch = Watch(sitting)
    say(b"hello")
    tail(sitting, "bob: hello")
    watch.look("a greeting")
    for number in range(len(TEXTS) + 120):
        text = TEXTS[number] if number < len(TEXTS) else noise()
        if number % 3 == 2:
            say(b"in whose name", text[:200])
        elif number % 3 == 1:
            say(text + chance.choice([b"", b"<JOINS THE CHAT>"]), noise()[:60])
        else:
            say(text)
        say(b"tail %d" % number)
        tail(sitting, f"bob: tail {number}")
        watch.look(f"hostile text {number}, {text[:80]!r},")
    if sitting.screen.bells:
        sitting.complain(f"{sitting.screen.bells} bells")
    return sitting


def names():
    sitting, peer = sit("join", address, "--nick", "ann")

    def string(text):
        return struct.pack(">H", len(text)) + text

    def frame(kind, body):
        peer.sendall(struct.pack(">IB", 1 + len(body), kind) + body)

    def receive(count):
        data = b""
        while len(data) < count:
            if not (piece := peer.recv(count - len(data))):
                sitting.complain("the program has left")
            data += piece
        return data

    def hear():
        body = receive(struct.unpack(">I", receive(4))[0])
        return body[0], body[1:]

    def bad(limit):
        # Valid, as the program would leave otherwise.
        return noise().decode(errors="replace").encode()[:limit].decode(errors="ignore").encode()

    def seat(name, number=7):
        return struct.pack(">I", number) + string(name) + bytes(range(16)) + struct.pack(">Q", said)

    def field(kind, value):
        return bytes([kind]) + string(value)

    def crowd():
        return struct.pack(">I", 9) + b"".join(string(bad(40)) for _ in range(5))

    said = 0
    receive(8)
    hear()
    frame(3, field(1, b"ann") + field(3, seat(bad(60))) + field(6, crowd()) + field(8, bad(300)))
    sitting.settle()
    watch = Watch(sitting)
    wall = struct.pack(">q", 1_763_000_000_000)
    room = struct.pack(">I", 7)
    for number in range(120):
        command = ["/who", "/rooms", "/msg bob x", "/history", "/nick " + "n", None, None, None][number % 8]
        if command:
            for end in range(1, len(command) + 1):
                sitting.press(command[end - 1], list(command[:end]))
            sitting.press("\r", "")
            kind, body = hear()
            if kind != 13:
                sitting.complain(f"no command, but {kind}")
            id = body[:8]
            match number % 16:
                case 0: frame(15, id + b"\4" + string(bad(60)) + crowd())
                case 1: frame(15, id + b"\5" + struct.pack(">I", 3) + string(bad(60)) + struct.pack(">I", 5))
                case 2: frame(15, id + b"\6" + string(bad(60)))
                case _: frame(9, id + bytes([chance.randrange(1, 17)]) + string(bad(500)))
        else:
            frame(2, room + wall + b"\1" + string(bad(40)))
            frame(2, room + wall + b"\2" + string(bad(40)) + b"\0" + string(bad(200)))
            frame(2, room + wall + b"\3" + string(bad(40)) + string(bad(40)))
            frame(17, string(bad(40)) + wall + b"\0" + bad(2000))
            frame(4, string(bad(500)))
        said += 1
        frame(11, room + struct.pack(">Q", said) + wall + bytes([chance.choice([0, 1, 2])]) + string(bad(40)) + b"\0"
              + bad(2000))
        said += 1
        frame(11, room + struct.pack(">Q", said) + wall + b"\0" + string(b"bob") + b"\0" + b"tail %d" % number)
        tail(sitting, f"bob: tail {number}")
        sitting.settle()
        watch.look(f"step {number} ({command})")
    return sitting


sitting = {"talk": talk, "hostile": hostile, "names": names}[scene]()
sitting.end(b"bob")
