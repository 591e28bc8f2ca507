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
    labels: dict = field(default_factory=dict)


RELAY = "parley serve 127.0.0.1:0 --relay --frame line"
CHAT = "parley serve 127.0.0.1:0 --no-gentle"
GENTLE = "parley serve 127.0.0.1:0"
ECHO = ["c-echo", "EchoServer"]


def fan(members, senders, extra=""):
    return f"fan connections={members} senders={senders} {extra}".strip()


def rows():
    chat = [
        Row(f"chat-{kind}-{members}", fan(members, senders, f"chat=1 forms={forms}"),
            ["c-broadcast", server], target)
        for kind, forms, server, target in (
            ("line", "l", CHAT, ">= 0.85"),
            ("mixed", "lndu", CHAT, ">= 0.70"),
            ("gentle", "u", GENTLE, "none"),
        )
        for members, senders in ((10, 2), (100, 4), (1000, 4))
        if kind != "gentle" or members == 100
    ]
    return [
        Row("echo-1", "echo connections=1", ECHO, ">= 0.97"),
        Row("echo-64", "echo connections=64", ECHO, ">= 0.96"),
        Row("echo-64-p99", "echo connections=64 rate=60000", ECHO, "<= 0.9", by="p99"),
        Row("echo-1000", "echo connections=1000", ECHO, ">= 0.95", by="cpu"),
        Row("stream-1", "stream connections=1 depth=262144", ECHO, ">= 1.05"),
        Row("stream-16", "stream connections=16 depth=262144", ECHO, ">= 1.05"),
        Row("frames-4x64", "frames connections=4 depth=64", ["c-frames", "FrameServer"], ">= 0.97"),
        Row("frames-64x16", "frames connections=64 depth=16", ["c-frames", "FrameServer"],
            ">= 0.97"),
        Row("frames-64x1", "frames connections=64 depth=1", ["c-frames", "FrameServer"]),
        Row("fan-10", fan(10, 2), ["c-broadcast", RELAY], ">= 0.97"),
        Row("fan-100", fan(100, 4), ["c-broadcast", RELAY], ">= 1.0"),
        Row("fan-1000", fan(1000, 4), ["c-broadcast", RELAY], ">= 1.05"),
        Row("fan-100-wide", fan(100, 4, "window=2048"), ["c-broadcast", RELAY], "<= 8 ns",
            by="cpu"),
        Row("fan-100-delay", fan(100, 4, "rate=800"), ["c-broadcast", RELAY], "<= 0.8", by="p99"),
        *chat,
        Row("udp", "udp connections=4 depth=16", ["c-udp", "DatagramServer"], ">= 0.97"),
        Row("connect", "connect connections=16", ECHO, ">= 0.95"),
        Row("idle", "idle connections=10000 warm=0.5", ECHO, "<= 1,600 B", by="bytes", fresh=True,
            rounds=3),
        Row("idle-chat", "idle connections=10000 chat=1 warm=0.5",
            ["parley serve 127.0.0.1:0 --max-clients 11000"], "<= 2,048 B", by="bytes", fresh=True,
            rounds=3),
        Row("start", "start", ["c-echo PORT", "EchoServer PORT", "parley serve 127.0.0.1:PORT"],
            "<= 3.5 ms", by="ms", rounds=25),
    ]


# What is counted a message: a load, its server, and how many of the load's operations a message makes.
# One line at a time, so that how many meet in one turn does not depend on the machine; `burst` is what
# one more costs when many do.
COUNTS = {
    "echo": ("echo connections=64", "EchoServer", 1),
    "u32 frame": ("frames connections=4 depth=64", "FrameServer", 1),
    "relay, a line to 10": (fan(11, 1, "window=1"), RELAY, 10),
    "relay, a line to 100": (fan(101, 1, "window=1"), RELAY, 100),
    "relay, a line to 100, burst": (fan(101, 1, "window=256"), RELAY, 100),
    "chat, a line to 10": (fan(11, 1, "window=1 chat=1"), CHAT, 10),
    "chat, a line to 100": (fan(101, 1, "window=1 chat=1"), CHAT, 100),
    "chat, a line to 100, burst": (fan(101, 1, "window=256 chat=1"), CHAT, 100),
    "C echo": ("echo connections=64", "c-echo", 1),
    "C broadcast, a line to 100": (fan(101, 1, "window=1"), "c-broadcast", 100),
    "C broadcast, a line to 100, burst": (fan(101, 1, "window=256"), "c-broadcast", 100),
}
