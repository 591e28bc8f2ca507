#!/usr/bin/env python3
"""Fifty clients of every kind in one room, two of which end abruptly half-way.

  fifty.py HOST ANY DEC10 U16 U32   ports of a running server: telling doors apart, and three fixed
  fifty.py --serve PARLEY [--loops N]   starts the program, and ends it with SIGTERM

Everybody must get each message of all the others exactly once, in the order in which its sender
sent them, and never an own one. Of those who end abruptly everybody must have got the same first
messages. Prints one line; the exit status is 1 when something of this did not hold.
"""
import argparse, asyncio, datetime, re, signal, socket, struct, subprocess, sys, time
from collections import Counter

CHAT_TEXT = re.compile(rb"^\[([0-9T:.\-+Z]+)\] (.*?):\n\t(.*)$", re.DOTALL)
LINE = re.compile(r"(\S+): (.*)", re.DOTALL)


class Hall:
    """What all clients have sent and heard, and what was wrong with it."""

    def __init__(self):
        self.violations = Counter()
        self.examples = []
        self.sent = {}  # (nick, number) -> when
        self.deliveries = 0
        self.delays = []

    def wrong(self, what, where):
        self.violations[what] += 1
        if len(self.examples) < 10:
            self.examples.append(f"{what}: {where}")


class Client(asyncio.Protocol):
    """One client: subclasses know the bytes."""

    kind = "?"

    def __init__(self, nick, hall):
        self.nick, self.hall = nick, hall
        self.buffer = bytearray()
        self.heard = {}  # nick -> number of its last message
        self.gone = Counter()
        self.is_cut = self.is_lost = False
        self.members = set()

    def connection_made(self, transport):
        self.transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.enter()

    def connection_lost(self, error):
        self.is_lost = True

    def data_received(self, data):
        self.buffer += data
        self.cut()

    def say(self, number):
        self.hall.sent[self.nick, number] = time.monotonic()
        self.say_text(f"{self.nick} {number}")

    def hear(self, author, text):
        """A message; those of the preparation have no number."""
        words = text.split(" ")
        if len(words) != 2 or not words[1].isdecimal():
            return
        number, where = int(words[1]), f"{self.kind} {self.nick} heard {text!r} of {author}"
        if author == self.nick:
            return self.hall.wrong("echo", where)
        if words[0] != author:
            return self.hall.wrong("wrong author", where)
        last = self.heard.get(author, 0)
        if number <= last:
            return self.hall.wrong("twice or out of order", f"{where} after {last}")
        if number > last + 1:
            self.hall.wrong("missing", f"{where} after {last}")
        self.heard[author] = number
        self.hall.deliveries += 1
        self.hall.delays.append(time.monotonic() - self.hall.sent[author, number])

    def leave(self, nick):
        self.gone[nick] += 1


class Lines(Client):
    kind = "line"

    def enter(self):
        self.write(f"/nick {self.nick}")
        self.say_text("hello")

    def write(self, line):
        self.transport.write(line.encode() + b"\r\n")

    say_text = write

    def cut(self):
        *lines, rest = self.buffer.split(b"\n")
        self.buffer = bytearray(rest)
        for line in lines:
            self.read(line.rstrip(b"\r").decode())

    def read(self, line):
        if line.startswith("* In lobby ("):
            self.members = set(line.split("): ", 1)[1].split(", "))
        elif gone := re.fullmatch(r"\* (\S+) left \(.*\)", line):
            self.leave(gone[1])
        elif not line.startswith("* ") and (said := LINE.fullmatch(line)):
            self.hear(said[1], said[2])


class Dec10(Lines):
    kind = "dec10"

    def write(self, line):
        data = line.encode()
        self.transport.write(b"%10d" % len(data) + data)

    say_text = write

    def cut(self):
        while len(self.buffer) >= 10 and len(self.buffer) >= 10 + int(self.buffer[:10]):
            end = 10 + int(self.buffer[:10])
            self.read(self.buffer[10:end].decode())
            del self.buffer[:end]


class Prefixed(Client):
    def enter(self):
        self.say_text("hello")

    def say_text(self, text):
        now = datetime.datetime.now().isoformat()
        data = f"[{now}] {self.nick}:\n\t{text}".encode()
        self.transport.write(len(data).to_bytes(self.width, "big") + data)

    def cut(self):
        while len(self.buffer) >= self.width:
            end = self.width + int.from_bytes(self.buffer[: self.width], "big")
            if len(self.buffer) < end:
                return
            parts = CHAT_TEXT.match(self.buffer[self.width : end])
            if parts is None:
                self.hall.wrong("no chat text", f"{self.kind} {self.nick}: {self.buffer[:end]}")
            elif parts[3] == b"<LEAVES THE CHAT>":
                self.leave(parts[2].decode())
            else:
                self.hear(parts[2].decode(), parts[3].decode())
            del self.buffer[:end]


class U16(Prefixed):
    kind, width = "u16", 2


class U32(Prefixed):
    kind, width = "u32", 4


class Native(Client):
    kind = "native"

    def enter(self):
        self.said = 0
        self.numbers = []  # of events and of own messages
        self.last_event = 0
        self.awaited = set()
        nick = self.nick.encode()
        self.transport.write(bytes.fromhex("504c593100010000"))
        self.frame(1, struct.pack(">BH", 1, len(nick)) + nick + bytes(3))
        self.say_text("hello")

    def frame(self, kind, body):
        self.transport.write(struct.pack(">IB", 1 + len(body), kind) + body)

    def say_text(self, text):
        self.said += 1
        self.awaited.add(self.said)
        self.frame(5, struct.pack(">QIB", self.said, 0, 0) + text.encode())

    def cut(self):
        while len(self.buffer) >= 4:
            end = 4 + int.from_bytes(self.buffer[:4], "big")
            if len(self.buffer) < end:
                return
            self.take(self.buffer[4], bytes(self.buffer[5:end]))
            del self.buffer[:end]

    def take(self, kind, body):
        if kind == 11:
            _, number, _, _, length = struct.unpack_from(">IQqBH", body)
            if number <= self.last_event:
                self.hall.wrong("event number", f"{self.nick}: {number} after {self.last_event}")
            self.last_event = number
            self.numbers.append(number)
            author = body[23 : 23 + length].decode()
            self.hear(author, body[24 + length :].decode())
        elif kind == 7:
            said, number = struct.unpack(">QQ", body)
            if said not in self.awaited:
                self.hall.wrong("accepted twice", f"{self.nick}: {said}")
            self.awaited.discard(said)
            self.numbers.append(number)
        elif kind == 2 and body[12] == 2:
            self.leave(body[15 : 15 + int.from_bytes(body[13:15], "big")].decode())
        elif kind == 21:
            self.frame(6, b"")
        elif kind in (9, 23):
            self.hall.wrong("refused or bye", f"{self.nick}: {body!r}")

    def settle(self):
        """Every number of the room is an event's or an own message's, and is there once."""
        numbers = sorted(self.numbers)
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            self.hall.wrong("numbers with holes", self.nick)
        if self.awaited:
            self.hall.wrong("not accepted", f"{self.nick}: {sorted(self.awaited)[:5]}")


async def until(condition, seconds):
    """Whether a condition comes to hold in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


async def talk(client, options, phase):
    start = time.monotonic() + phase / options.rate
    for number in range(1, options.messages + 1):
        await asyncio.sleep(start + (number - 1) / options.rate - time.monotonic())
        if client.is_cut:
            return
        client.say(number)


async def cut_off(client, options, with_reset):
    await asyncio.sleep(options.messages / options.rate / 2)
    client.is_cut = True
    if with_reset:
        linger = struct.pack("ii", 1, 0)
        client.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger)
    else:
        # Dies with unread bytes, as a program that is killed.
        client.transport.pause_reading()
        await asyncio.sleep(0.3)
    client.transport.abort()


async def meet(options, ports):
    hall, loop, clients = Hall(), asyncio.get_running_loop(), []
    kinds = [Lines, Dec10, U16, U32, Native]
    places = dict(zip(kinds, [ports[0], *ports[1:4], ports[0]]))
    for index in range(options.clients):
        kind = kinds[index % len(kinds)]
        client = kind(f"{kind.kind}-{index}", hall)
        await loop.create_connection(lambda: client, options.host, places[kind])
        clients.append(client)
    nicks = {client.nick for client in clients}

    async def all_are_there():
        for _ in range(100):
            clients[0].write("/who")
            if await until(lambda: nicks <= clients[0].members, 0.2):
                return True
        return False

    if not await all_are_there():
        hall.wrong("not all entered", sorted(nicks - clients[0].members))
        return hall
    cut = [clients[1], clients[-1]]
    phases = len(clients)
    await asyncio.gather(
        *(talk(client, options, index / phases) for index, client in enumerate(clients)),
        *(cut_off(client, options, index == 0) for index, client in enumerate(cut)))

    stayed = [client for client in clients if client not in cut]
    async def quiet():
        """Waits until all came, or nothing comes any more."""
        wanted = len(stayed) * (len(stayed) - 1)
        while True:
            before = hall.deliveries
            done = lambda: wanted == sum(
                client.heard.get(other.nick) == options.messages
                for client in stayed for other in stayed if other is not client)
            if await until(done, 5) or hall.deliveries == before:
                return

    await quiet()
    await until(lambda: all(client.gone[one.nick] for client in stayed for one in cut), 5)
    for client in stayed:
        if client.is_lost:
            hall.wrong("cut by the server", client.nick)
        for other in stayed:
            if other is not client and client.heard.get(other.nick, 0) != options.messages:
                hall.wrong("missing at the end", f"{client.nick} has {other.nick} "
                           f"to {client.heard.get(other.nick, 0)}")
            if client.gone[other.nick]:
                hall.wrong("seen leaving", f"{other.nick} by {client.nick}")
        if isinstance(client, Native):
            client.settle()
    for one in cut:
        last = Counter(client.heard.get(one.nick, 0) for client in stayed)
        if len(last) != 1:
            hall.wrong("not the same of one cut off", f"{one.nick}: {dict(last)}")
        for client in stayed:
            if client.gone[one.nick] != 1:
                hall.wrong("leave not seen once", f"{one.nick} by {client.nick}")
    for client in stayed:
        client.transport.close()
    return hall


def report(hall, options, seconds):
    delays = sorted(hall.delays) or [0]
    count = sum(hall.violations.values())
    print(f"fifty: {options.clients} clients, {options.messages} messages each at {options.rate:g}/s,"
          f" 2 cut off: {hall.deliveries} deliveries in {seconds:.1f} s, median"
          f" {delays[len(delays) // 2] * 1000:.1f} ms, slowest {delays[-1] * 1000:.0f} ms,"
          f" {count} violations" + "".join(f"; {n} x {what}" for what, n in hall.violations.items()))
    for example in hall.examples:
        print("  " + example, file=sys.stderr)
    return 1 if count else 0


def start_server(options):
    listening = ["127.0.0.1:0"] + [f"127.0.0.1:0,frame={kind}" for kind in ("dec10", "u16", "u32")]
    command = [options.serve, "serve", "--loops", str(options.loops)]
    server = subprocess.Popen(
        command + [word for place in listening for word in ("--listen", place)],
        stderr=open(options.log, "w+"))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        text = open(options.log).read()
        if "Ctrl+C ends it.\n" in text:
            return server, [int(port) for port in re.findall(r"^parley serves .*:(\d+): ", text, re.M)]
        time.sleep(0.05)
    sys.exit(f"fifty: the server did not start, see {options.log}")


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("host", nargs="?", default="127.0.0.1")
    options.add_argument("ports", nargs="*", type=int)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--rate", type=float, default=4)
    options.add_argument("--serve")
    options.add_argument("--loops", type=int, default=1)
    options.add_argument("--log", default="/dev/null")
    options = options.parse_args()
    if options.serve and options.log == "/dev/null":
        sys.exit("fifty: --serve needs --log FILE for what the server prints")
    server, ports = start_server(options) if options.serve else (None, options.ports)
    if len(ports) != 4:
        sys.exit("fifty: needs four ports: any, dec10, u16, u32")
    try:
        start = time.monotonic()
        status = report(asyncio.run(meet(options, ports)), options, time.monotonic() - start)
    finally:
        if server:
            server.send_signal(signal.SIGTERM)
            ending = server.wait(30)
    if server and ending != 0:
        print(f"fifty: the server ended with {ending}, see {options.log}", file=sys.stderr)
        status = 1
    return status


sys.exit(main())
