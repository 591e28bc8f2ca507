"""What is measured: each row a load and the servers that bear it, the C one first."""
from dataclasses import dataclass, field


@dataclass
class Row:
    name: str
    load: str
    servers: list
    target: str = ""
    by: str = "rate"    # what the ratio is of: rate, cpu (an operation), p99, bytes or ms
    fresh: bool = False  # a new server for each round
    rounds: int = 0      # 0: as many as asked for
    also: list = field(default_factory=list)  # more figures of the same runs: (name, by, target)
    only: dict = field(default_factory=dict)  # what the generator is told for one of the servers alone

    is_spread: bool = False  # servers may run on every core

    def judgements(self):
        """Its lines in the table: a name, what the ratio is of, and the target."""
        return [(self.name, self.by, self.target), *self.also]

    def titles(self):
        return [title for title, _, _ in self.judgements()]


RELAY = "parley serve 127.0.0.1:0 --relay --frame line"
CHAT = "parley serve 127.0.0.1:0 --no-gentle"
GENTLE = "parley serve 127.0.0.1:0"
CROWD = "parley serve 127.0.0.1:0 --max-clients 11000"
ECHO = ["c-echo", "EchoServer"]
LENT = [*ECHO, "EchoServer --each"]  # reading and writing, and being lent what arrives
FRAMES = ["c-frames", "FrameServer"]
START = ["EchoServer PORT", "EchoServer-static PORT", "parley serve 127.0.0.1:PORT",
         "parley-static serve 127.0.0.1:PORT"]


def fan(members, senders, extra=""):
    return f"fan connections={members} senders={senders} {extra}".strip()


def echo_rows():
    return [
        Row("echo-1", "echo connections=1", ECHO, ">= 0.97"),
        Row("echo-1-spin", "echo connections=1", ["c-echo", "EchoServer --spin"], ">= 2.0"),
        Row("echo-64", "echo connections=64", LENT, ">= 0.96", also=[("echo-64-p99", "p99", "<= 0.9")]),
        # 60,000 a second, at fixed times: what a stall costs those who do not wait for it.
        Row("echo-64-open", "echo connections=64 rate=60000", ECHO, "", by="p99"),
        Row("echo-1000", "echo connections=1000", LENT, ">= 0.95", by="cpu"),
        Row("stream-1", "stream connections=1 depth=262144", LENT, ">= 1.05"),
        Row("stream-16", "stream connections=16 depth=262144", LENT, ">= 1.05"),
        Row("frames-4x64", "frames connections=4 depth=64", FRAMES, ">= 0.97"),
        Row("frames-64x16", "frames connections=64 depth=16", FRAMES, ">= 0.97"),
        Row("frames-64x32", "frames connections=64 depth=32", FRAMES),
        Row("frames-64x1", "frames connections=64 depth=1", FRAMES),
    ]


def fan_rows():
    sizes = ((10, 2), (100, 4), (1000, 4))
    relay = [Row(f"fan-{members}", fan(members, senders), ["c-broadcast", RELAY], target)
             for (members, senders), target in zip(sizes, (">= 0.97", ">= 1.0", ">= 1.05"))]
    # One kind of member after the other: a line, the native protocol, ten digits, two bytes of length.
    chat = [Row(f"chat-{kind}-{members}", fan(members, senders, f"chat=1 forms={forms}"),
                ["c-broadcast", server], target)
            for kind, forms, server, target in (
                ("line", "l", CHAT, ">= 0.85"), ("mixed", "lndu", CHAT, ">= 0.70"),
                ("gentle", "u", GENTLE, ""))
            for members, senders in sizes if kind != "gentle" or members == 100]
    return [
        *relay,
        Row("fan-100-wide", fan(100, 4, "window=2048"), ["c-broadcast", RELAY], "<= 8 ns", by="cpu"),
        Row("fan-100-delay", fan(100, 4, "rate=800"), ["c-broadcast", RELAY], "<= 0.8", by="p99"),
        *chat,
    ]


def loop_rows():
    """Two loops against one: every server may use both cores, which the generator needs, too."""
    one, two = (f"{CHAT} --loops {number}" for number in (1, 2))
    return [
        Row("loops-100", fan(100, 4, "chat=1"), [one, two], ">= 1.0", is_spread=True),
        Row("loops-1000", fan(1000, 4, "chat=1"), [one, two], ">= 0.91", by="cpu", is_spread=True),
    ]


def rows():
    return [
        *echo_rows(),
        *fan_rows(),
        *loop_rows(),
        Row("udp", "udp connections=4 depth=16", ["c-udp", "DatagramServer"], ">= 0.97"),
        Row("connect", "connect connections=16", ECHO, ">= 0.95"),
        Row("dial", "dial", ["c-dial", "Dialler"]),
        Row("idle", "idle connections=10000 warm=0.3", ["c-echo", "BareCore", "EchoServer"],
            "core <= 256 B, a task <= 1,600 B", by="bytes", fresh=True, rounds=3),
        Row("idle-chat", "idle connections=10000 chat=1 warm=0.3", [CROWD], "<= 2,048 B", by="bytes",
            fresh=True, rounds=3),
        Row("start", "start", ["c-echo PORT", *START], "<= 3.5 ms, static <= 2.2 ms", by="ms",
            rounds=25),
    ]


# What is counted a message: a load, its server, and how many of the load's operations a message makes.
# One line at a time, so that how many meet in one turn does not depend on the machine; `burst` is what
# one more costs when many do. `mixed` has a member of each kind in turn.
COUNTS = {
    "echo": ("echo connections=64", "EchoServer", 1),
    "echo, lent": ("echo connections=64", "EchoServer --each", 1),
    "stream, 64 KiB": ("stream connections=1 depth=65536", "EchoServer", 65536),
    "u32 frame": ("frames connections=4 depth=64", "FrameServer", 1),
    "datagram, burst": ("udp connections=4 depth=16", "DatagramServer", 1),
    "u32 frame, one at a time": ("frames connections=4 depth=1", "FrameServer", 1),
    "datagram": ("udp connections=4 depth=1", "DatagramServer", 1),
    "relay, a line to 10": (fan(11, 1, "window=1"), RELAY, 10),
    "relay, a line to 100": (fan(101, 1, "window=1"), RELAY, 100),
    "relay, a line to 100, burst": (fan(101, 1, "window=256"), RELAY, 100),
    "chat, a line to 10": (fan(11, 1, "window=1 chat=1"), CHAT, 10),
    "chat, a line to 100": (fan(101, 1, "window=1 chat=1"), CHAT, 100),
    "chat, a line to 100, burst": (fan(101, 1, "window=256 chat=1"), CHAT, 100),
    "chat, native to 100": (fan(101, 1, "window=1 chat=1 forms=n"), CHAT, 100),
    "chat, dec10 to 100": (fan(101, 1, "window=1 chat=1 forms=d"), CHAT, 100),
    "chat, u16 to 100": (fan(101, 1, "window=1 chat=1 forms=u"), CHAT, 100),
    "chat, mixed to 100": (fan(101, 1, "window=1 chat=1 forms=lndu"), CHAT, 100),
    "C echo": ("echo connections=64", "c-echo", 1),
    "C datagram, burst": ("udp connections=4 depth=16", "c-udp", 1),
    "C u32 frame": ("frames connections=4 depth=64", "c-frames", 1),
    "C broadcast, a line to 100": (fan(101, 1, "window=1"), "c-broadcast", 100),
    "C broadcast, a line to 100, burst": (fan(101, 1, "window=256"), "c-broadcast", 100),
}
