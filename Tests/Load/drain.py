#!/usr/bin/env python3
"""Many senders and readers of every kind, and SIGTERM in the middle of it.

  drain.py --serve PARLEY --log FILE [--loops N] [--clients N] [--rate R] [--relay]

Half of the clients stop when they are told that the server closes, the others say more until they
are told goodbye. Some read slowly, one never reads, one sends on whatever it is told, one half-closes
when the end is announced, one has never said a word, and one stops inside a frame. It must hold:

- the program ends with 0 within 8 seconds;
- for each sender, everybody who reads has heard the same first messages, each once and in order;
- a native client has an answer to the first messages that it said: they were accepted, and then
  everybody has heard them, or refused because the server is closing; and no answer to the others;
- the last that comes is a goodbye, with a time of its own to come back on the native door, and then an
  orderly end of stream.

With --relay there are frames of `u32` and no words of a server: the same first messages, and the end.

Prints one line; the exit status is 1 when something of this did not hold.
"""
import argparse, asyncio, re, signal, socket, struct, subprocess, sys, time
from collections import Counter
from served import PREFACE, frame, frames, hello, say

LINE = re.compile(r"(\S+): (.*)", re.DOTALL)
CHAT_TEXT = re.compile(rb"^\[([0-9T:.\-+Z]+)\] (.*?):\n\t(.*)$", re.DOTALL)
GOODBYE = "The server is closing."


class Hall:
    def __init__(self, options):
        self.options = options
        self.violations = Counter()
        self.examples = []
        self.heard = 0

    def wrong(self, what, where):
        self.violations[what] += 1
        if len(self.examples) < 12:
            self.examples.append(f"{what}: {where}")


class Client(asyncio.Protocol):
    """One client: subclasses know the bytes."""

    kind = "?"
    is_live = True  # takes all that comes, in time

    def __init__(self, nick, hall):
        self.nick, self.hall = nick, hall
        self.buffer = bytearray()
        self.last = {}  # nick -> number of its last message
        self.said = 0
        self.entered = asyncio.Event()
        self.warned = asyncio.Event()
        self.is_parted = self.is_ended = False
        self.ended = asyncio.Event()
        self.error = None
        self.half_closes = False

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(1 << 20)
        self.enter()

    def eof_received(self):
        self.is_ended = True

    def connection_lost(self, error):
        self.error = error
        self.ended.set()

    def data_received(self, data):
        self.buffer += data
        self.cut()

    def say(self):
        self.said += 1
        self.say_text(f"{self.nick} {self.said}")

    def hear(self, author, text):
        words = text.split(" ")
        if len(words) != 2 or not words[1].isdecimal():
            return
        if self.is_parted:
            self.hall.wrong("a message behind the goodbye", f"{self.nick}: {text}")
        number, last = int(words[1]), self.last.get(words[0], 0)
        if number != last + 1:
            self.hall.wrong("missing, twice or out of order", f"{self.nick}: {text} after {last}")
        self.last[words[0]] = number
        self.hall.heard += 1

    def remark(self, text):
        if text.startswith("The server closes in"):
            self.warned.set()
            if self.half_closes:
                self.transport.write_eof()
        elif text == GOODBYE:
            self.is_parted = True


class Lines(Client):
    kind = "line"

    def enter(self):
        self.write(f"/nick {self.nick}")

    def write(self, line):
        self.transport.write(line.encode() + b"\r\n")

    def say_text(self, text):
        self.write(text)

    def cut(self):
        *lines, rest = self.buffer.split(b"\n")
        self.buffer = bytearray(rest)
        for line in lines:
            self.read(line.rstrip(b"\r").decode())

    def read(self, line):
        if line.startswith("* You are "):
            self.entered.set()
        if line.startswith("* "):
            self.remark(line[2:])
        elif said := LINE.fullmatch(line):
            self.hear(said[1], said[2])


class Dec10(Lines):
    kind = "dec10"

    def write(self, line):
        data = line.encode()
        self.transport.write(b"%10d" % len(data) + data)

    def cut(self):
        while len(self.buffer) >= 10 and len(self.buffer) >= 10 + int(self.buffer[:10]):
            end = 10 + int(self.buffer[:10])
            self.read(self.buffer[10:end].decode())
            del self.buffer[:end]


def payloads(buffer, width):
    """Takes the whole frames out of a bytearray: what stands behind their lengths."""
    found, start = [], 0
    while len(buffer) >= start + width:
        end = start + width + int.from_bytes(buffer[start : start + width], "big")
        if len(buffer) < end:
            break
        found.append(bytes(buffer[start + width : end]))
        start = end
    del buffer[:start]
    return found


class Prefixed(Client):
    def enter(self):
        self.say_text("<JOINS THE CHAT>")
        self.entered.set()

    def say_text(self, text):
        data = f"[2026-11-21T12:00:00] {self.nick}:\n\t{text}".encode()
        self.transport.write(len(data).to_bytes(self.width, "big") + data)

    def cut(self):
        for payload in payloads(self.buffer, self.width):
            parts = CHAT_TEXT.match(payload)
            author, text = parts[2].decode(), parts[3].decode()
            self.remark(text) if author == "server" else self.hear(author, text)


class U16(Prefixed):
    kind, width = "u16", 2


class U32(Prefixed):
    kind, width = "u32", 4


class Native(Client):
    kind = "native"

    def enter(self):
        self.id = 0
        self.accepted, self.refused = {}, set()
        self.head = 0
        self.retry = None
        self.transport.write(PREFACE + hello(self.nick))

    def say_text(self, text):
        self.id += 1  # Each says its numbers and nothing else, so both are the same.
        self.transport.write(say(self.id, text.encode()))

    def cut(self):
        for kind, body in frames(self.buffer):
            self.take(kind, body)

    def take(self, kind, body):
        if self.is_parted:
            self.hall.wrong("a frame behind the bye", f"{self.nick}: type {kind}")
        if kind == 3:
            self.entered.set()
        elif kind == 11:
            number, length = struct.unpack_from(">Q", body, 4)[0], body[22]
            self.count(number)
            self.hear(body[23 : 23 + length].decode(), body[24 + length :].decode())
        elif kind == 7:
            said, number = struct.unpack(">QQ", body)
            self.accepted[said] = number
            self.count(number)
        elif kind == 9:
            said, code = struct.unpack_from(">QB", body)
            if code != 16:
                self.hall.wrong("refused for another reason", f"{self.nick}: {body!r}")
            self.refused.add(said)
        elif kind == 4:
            self.remark(body[2:].decode())
        elif kind == 21:
            self.transport.write(frame(6))
        elif kind == 23:
            self.is_parted = True
            if body[0] != 1:
                self.hall.wrong("goodbye for another reason", f"{self.nick}: {body!r}")
            self.retry = int.from_bytes(body[-4:], "big")

    def count(self, number):
        self.numbers.add(number)

    numbers = None

    def settle(self):
        answered = len(self.accepted) + len(self.refused)
        where = f"{self.nick}: accepted {len(self.accepted)}, refused {len(self.refused)}"
        if sorted(self.accepted) != list(range(1, len(self.accepted) + 1)):
            self.hall.wrong("accepted are not the first", where)
        if sorted(self.refused) != list(range(len(self.accepted) + 1, answered + 1)):
            self.hall.wrong("refused do not follow them", where)
        numbers = sorted(self.numbers)
        if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            self.hall.wrong("numbers with holes", self.nick)


class Relayed(Client):
    kind = "relay"

    def enter(self):
        self.entered.set()

    def say_text(self, text):
        data = f"{text}".encode()
        self.transport.write(len(data).to_bytes(4, "big") + data)

    def cut(self):
        for payload in payloads(self.buffer, 4):
            self.hear("", payload.decode())


async def talk(client, rate, until):
    """Says a few at a time, until it is told to stop."""
    burst = max(1, round(rate / 50))
    while not until() and not client.ended.is_set():
        for _ in range(burst):
            client.say()
        await asyncio.sleep(burst / rate)


async def sip(client):
    """Reads a little at a time: behind all others, and in time all the same."""
    while not client.ended.is_set():
        client.transport.pause_reading()
        await asyncio.sleep(0.1)
        client.transport.resume_reading()
        await asyncio.sleep(0.005)


def odd_ones(options, ports):
    """Sockets that nobody looks after: one never reads, one is silent, one stops inside a frame."""
    def connected(port, first=b"", **kind):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect((options.host, port))
        one.sendall(first)
        return one
    if options.relay:
        return [connected(ports[0]), connected(ports[0], bytes([0, 0, 1, 0]) + b"half")]
    half = bytes([0, 0, 1, 0]) + b"half"
    return [connected(ports[0], PREFACE + hello("")), connected(ports[0]), connected(ports[3], half)]


async def meet(options, server, ports):
    hall, loop, clients = Hall(options), asyncio.get_running_loop(), []
    kinds = [Relayed] if options.relay else [Lines, Dec10, U16, U32, Native, Native]
    places = {Relayed: 0, Lines: 0, Dec10: 1, U16: 2, U32: 3, Native: 0}
    for index in range(options.clients):
        kind = kinds[index % len(kinds)]
        client = kind(f"{kind.kind}-{index}", hall)
        client.numbers = set()
        client.half_closes = index == 6
        await loop.create_connection(lambda: client, options.host, ports[places[kind]])
        clients.append(client)
    for client in clients:
        await asyncio.wait_for(client.entered.wait(), 30)
    odd = odd_ones(options, ports)
    await asyncio.sleep(0.3)
    tasks = []
    for index, client in enumerate(clients):
        # One sends on whatever it is told; of the others every second one stops at the warning.
        until = (lambda c=client: False) if index == 0 else (
            (lambda c=client: c.warned.is_set()) if index % 2 else (lambda c=client: c.is_parted or c.is_ended))
        tasks.append(asyncio.create_task(talk(client, options.rate, until)))
        if index % 7 == 3:
            tasks.append(asyncio.create_task(sip(client)))
    await asyncio.sleep(options.seconds)
    start = time.monotonic()
    server.send_signal(signal.SIGTERM)
    while server.poll() is None and time.monotonic() < start + 20:
        await asyncio.sleep(0.01)
    seconds = time.monotonic() - start
    for client in clients:
        try:
            await asyncio.wait_for(client.ended.wait(), 10)
        except TimeoutError:
            hall.wrong("no end of stream", client.nick)
    for task in tasks:
        task.cancel()
    for one in odd:
        one.close()
    judge(hall, clients, server.poll(), seconds)
    return hall, seconds, sum(client.said for client in clients)


def judge(hall, clients, status, seconds):
    if status != 0:
        hall.wrong("exit status", status)
    if seconds > 8:
        hall.wrong("too late", f"{seconds:.1f} s")
    live = [client for client in clients if client.is_ended]
    for index, client in enumerate(clients):
        # Who sends on behind the end of the server's stream may meet a reset; all else has come by then.
        if not client.is_ended:
            hall.wrong("no orderly end", f"{client.nick}: {client.error}")
        if client.kind != "relay" and not client.half_closes and not client.is_parted:
            hall.wrong("no goodbye", client.nick)
        if isinstance(client, Native):
            client.settle()
    for sender in clients:
        held = Counter(reader.last.get(sender.nick, 0) for reader in live
                       if reader is not sender and not reader.half_closes)
        if len(held) > 1:
            hall.wrong("not the same prefix", f"{sender.nick} said {sender.said}: {dict(held)}")
        if isinstance(sender, Native) and held and not sender.half_closes:
            if max(held) != len(sender.accepted):
                hall.wrong("accepted and heard differ",
                           f"{sender.nick}: {len(sender.accepted)} accepted, heard {dict(held)}")
    natives = [client for client in live if isinstance(client, Native) and not client.half_closes]
    heads = {max(client.numbers, default=0) for client in natives}
    if len(heads) > 1:
        hall.wrong("not the same head", heads)
    retries = [client.retry for client in natives if client.retry is not None]
    if any(not 1000 <= retry <= 5000 for retry in retries) or (
            len(retries) > 3 and len(set(retries)) == 1):
        hall.wrong("times to come back", retries)


def start_server(options):
    doors = [""] if options.relay else ["", ",frame=dec10", ",frame=u16", ",frame=u32"]
    command = [options.serve, "serve"]
    command += ["--relay", "--frame", "u32"] if options.relay else ["--loops", str(options.loops)]
    for door in doors:
        command += ["--listen", f"127.0.0.1:0{door}"]
    server = subprocess.Popen(command, stderr=open(options.log, "w+"))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        text = open(options.log).read()
        if "Ctrl+C ends it.\n" in text:
            return server, [int(port) for port in re.findall(r"^parley serves .*:(\d+): ", text, re.M)]
        time.sleep(0.05)
    sys.exit(f"drain: the server did not start, see {options.log}")


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("--serve", required=True)
    options.add_argument("--log", required=True)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--loops", type=int, default=2)
    options.add_argument("--clients", type=int, default=30)
    options.add_argument("--rate", type=float, default=100)
    options.add_argument("--seconds", type=float, default=2)
    options.add_argument("--relay", action="store_true")
    options = options.parse_args()
    server, ports = start_server(options)
    try:
        hall, seconds, said = asyncio.run(meet(options, server, ports))
    finally:
        server.kill()
    count = sum(hall.violations.values())
    print(f"drain: {options.clients} clients, {options.loops} loops, {said} said, {hall.heard} heard,"
          f" ended in {seconds:.1f} s, {count} violations"
          + "".join(f"; {n} x {what}" for what, n in hall.violations.items()))
    for example in hall.examples:
        print("  " + example, file=sys.stderr)
    return 1 if count else 0


sys.exit(main())
