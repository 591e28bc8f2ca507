"""Servers of others beside C and ours: what they are, their best settings, and where they fit."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

from . import build, servers

SOURCES = os.path.join(servers.ROOT, "Benchmarks", "Peers")
ROUNDS = 5       # at most; ours and C go on after that
SECONDS = 30     # that a peer's turn may take beyond what is measured, before it counts as stalled


@dataclass
class Peer:
    name: str
    command: str          # PORT is replaced, and FILE.conf by a copy of Peers/FILE.conf with the port
    modes: dict           # of the generator, with the most connections that it may be asked for
    settings: str         # why these are its best
    get: str              # how one gets it
    beside: str = "c-echo"
    load: str = ""        # what the generator is told besides
    environment: dict = field(default_factory=dict)
    build: str = ""       # makes the first word of its command; CC is a C compiler
    unfit: str = ""       # why not more connections
    is_forking: bool = False  # then its processor time cannot be told


ANY = 1 << 20
ECHO = {"echo": ANY, "stream": ANY, "connect": ANY, "idle": ANY, "start": ANY}

PEERS = [
    Peer("go", "peer-go PORT 4096", {"echo": ANY, "connect": ANY, "idle": ANY, "start": ANY},
         get="apt-get install golang-go", build="go build -o OUT echo.go",
         settings="net, a goroutine a connection. It has one core, so GOMAXPROCS is 1 of itself; buffers of "
         "4 KiB, as they are what an idle connection costs; TCP_NODELAY is Go's default; nothing is "
         "allocated a message, so the collector's setting is of no matter"),
    Peer("go (64 KiB)", "peer-go PORT 65536", {"stream": ANY}, get="apt-get install golang-go",
         settings="the same with the buffer that C has"),
    Peer("libuv", "peer-libuv PORT", ECHO, get="apt-get install libuv1-dev",
         build="CC -O2 -Wall -Wextra -o OUT echo-libuv.c -luv",
         settings="one 64 KiB buffer for all reads, uv_try_write first and a queued copy of only what "
         "is left, TCP_NODELAY"),
    Peer("uvloop", "python uvloop PORT", ECHO, get="apt-get install python3-uvloop",
         settings="a Protocol, not streams; the objects of the start are frozen out of the collector"),
    Peer("asyncio", "python asyncio PORT", ECHO, get="it is in Python",
         settings="as uvloop, on asyncio's own loop; reads of 64 KiB, as its 256 KiB make malloc map "
         "and unmap memory for each"),
    Peer("ncat --exec cat", "ncat -l -k --exec /bin/cat 127.0.0.1 PORT", {"echo": 1, "stream": 0, "start": 1},
         get="apt-get install ncat", is_forking=True,
         unfit="a process a connection, and a stream fills its pipes, so that it waits for itself",
         settings="there are none: it carries all to cat and back through two pipes"),
    Peer("socat", "socat -b 4096 TCP-LISTEN:PORT,bind=127.0.0.1,fork,reuseaddr,nodelay PIPE",
         {"echo": 1, "stream": 1, "start": 1}, get="apt-get install socat", unfit="a process a connection",
         is_forking=True,
         settings="PIPE, as EXEC:cat is one more process; TCP_NODELAY; blocks of 4 KiB, as it waits for "
         "itself when the pipe does not take a larger one whole"),
    Peer("go UDP", "peer-go PORT udp", {"udp": ANY}, get="apt-get install golang-go", beside="c-udp",
         settings="the calls with AddrPort, which allocate nothing"),
    Peer("libuv UDP", "peer-libuv PORT udp", {"udp": ANY}, get="apt-get install libuv1-dev",
         beside="c-udp", settings="uv_udp_try_send from the buffer that was read into; its recvmmsg is "
         "off, as answers go one by one anyway"),
    Peer("uvloop UDP", "python uvloop PORT udp", {"udp": ANY}, get="apt-get install python3-uvloop",
         beside="c-udp", settings="a DatagramProtocol"),
    Peer("asyncio UDP", "python asyncio PORT udp", {"udp": ANY}, get="it is in Python",
         beside="c-udp", settings="a DatagramProtocol; reads of 64 KiB"),
    Peer("go broadcast", "peer-go-broadcast PORT", {"fan": ANY}, get="apt-get install golang-go",
         beside="c-broadcast", build="go build -o OUT broadcast.go",
         settings="a goroutine a member reads, another writes all that waits with one writev of shared "
         "pieces; one core, so GOMAXPROCS is 1 of itself; GOGC 400, as collecting less often is worth a "
         "tenth of the speed", environment={"GOGC": "400"}),
    Peer("ncat --broker", "ncat -l --broker --max-conns 1010 127.0.0.1 PORT", {"fan": 1000},
         get="apt-get install ncat", beside="c-broadcast", load="forms=b",
         unfit="select, so no more than 1,024 descriptors",
         settings="there are none for speed: it has no option for TCP_NODELAY"),
    Peer("ncat --chat", "ncat -l --chat --max-conns 1010 127.0.0.1 PORT", {"fan": 1000},
         get="apt-get install ncat", beside="c-broadcast", load="forms=c",
         unfit="select, so no more than 1,024 descriptors", settings="as ncat --broker"),
    Peer("redis", "redis-server redis.conf", {"fan": ANY, "idle": ANY},
         get="apt-get install redis-server", beside="c-broadcast c-echo", load="forms=r",
         settings="nothing kept on disk; no limit of output, or slow members are thrown out; one thread, "
         "as it has one core; RESP2, and publishers that want no replies on connections of their own: "
         "RESP3 spares the connection and costs a tenth of the speed. It tells a speaker its own texts, "
         "too: they count as deliveries"),
    Peer("nats-server", "nats-server -c nats.conf", {"fan": ANY}, get="apt-get install nats-server",
         beside="c-broadcast", load="forms=t", environment={"GOGC": "400"},
         settings="no JetStream, no log; echo off; no acknowledgement a text (verbose off); one core, so "
         "GOMAXPROCS is 1 of itself; GOGC 400, which was worth a sixth of the speed"),
    Peer("nats-server (GOGC 100)", "nats-server -a 127.0.0.1 -p PORT", {"idle": ANY, "start": ANY},
         get="apt-get install nats-server", load="forms=t",
         settings="as Go collects by default: less memory"),
    Peer("ngircd", "ngircd -n -f ngircd.conf", {"fan": ANY}, get="apt-get install ngircd",
         beside="c-broadcast", load="forms=i",
         settings="MaxPenaltyTime 0, or it puts speakers to sleep; no look-ups of names or users, no "
         "limits of connections. It does not set TCP_NODELAY and has no option for it"),
    Peer("mosquitto", "mosquitto -c mosquitto.conf", {"fan": ANY, "idle": ANY}, get="apt-get install mosquitto",
         beside="c-broadcast c-echo", load="forms=m",
         settings="QoS 0, MQTT 5 with subscriptions that leave out one's own texts; set_tcp_nodelay; "
         "nothing kept; queues without a limit, or it drops texts"),
]
# What is never measured, and why.
NEVER = {"SwiftNIO": "not fetched: no outside package is needed to build"}
BY_NAME = {peer.name: peer for peer in PEERS}


def command(name):
    """What starts it, or None when something is missing."""
    if name not in BY_NAME:
        return servers.command(name)
    first, *rest = BY_NAME[name].command.split()
    if first == "python":
        first, rest = _python(rest[0]), [os.path.join(SOURCES, "echo.py"), *rest]
    elif first.startswith("peer-"):
        first = os.path.join(servers.BUILT, first)
        first = first if os.path.exists(first) else None
    else:
        first = shutil.which(first, path=os.environ.get("PATH", "") + ":/usr/sbin")
    return first and [first, *rest]


def _python(module):
    """A Python that has it: Debian's, which was a tenth faster than a Python of pyenv, or this one."""
    for path in ("/usr/bin/python3", sys.executable):
        if shutil.which(path) and subprocess.run(
                [path, "-c", "import " + module], stderr=subprocess.DEVNULL).returncode == 0:
            return path
    return None


def prepare():
    """Builds what can be built here; what cannot is absent, and the table says so."""
    environment = {**os.environ, "GOCACHE": os.path.join(servers.BUILT, "go-cache")}
    for peer in PEERS:
        words = [build.compiler() if word == "CC" else
                 os.path.join(servers.BUILT, peer.command.split()[0]) if word == "OUT" else word
                 for word in peer.build.split()]
        if words and shutil.which(words[0]):
            subprocess.run(words, cwd=SOURCES, env=environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)


def join(row, absent):
    """Adds to a row's servers the peers that fit, and to `absent`, by reason, those that do not."""
    words = row.load.split()
    settings = dict(word.split("=") for word in words[1:])
    beside = row.servers[0].split()[0]
    # These rows are about what no peer has.
    if "chat" in settings or "spin" in row.name or "loops" in row.name:
        return
    for peer in PEERS:
        if beside not in peer.beside.split() or words[0] not in peer.modes:
            continue
        if command(peer.name) is None:
            absent.setdefault(peer.get, {})[peer.name] = []
        elif int(settings.get("connections", 1)) > peer.modes[words[0]]:
            absent.setdefault(peer.unfit, {}).setdefault(peer.name, []).append(row.name)
        else:
            row.servers = [*row.servers, peer.name]
    for name, why in NEVER.items():
        absent.setdefault(why, {})[name] = []


def line(absent):
    """What stands under the table."""
    def named(name, rows):
        return name + (" in " if rows else "") + " and ".join(rows)
    text = "; ".join(", ".join(named(*item) for item in names.items()) + f" ({why})"
                     for why, names in absent.items())
    return f"\nNot measured: {text}.\n" if text else ""


def has_turn(name, number):
    return name not in BY_NAME or number < ROUNDS


def load(name, row_load):
    """What the generator is told for a server, which is more for one that speaks otherwise."""
    return f"{row_load} {BY_NAME[name].load}" if name in BY_NAME else row_load


def measured(name, server):
    """The process whose processor time is asked for; 0 where that would leave out its children."""
    return 0 if name in BY_NAME and BY_NAME[name].is_forking else server.process.pid


def limit(name, seconds):
    return seconds + SECONDS if name in BY_NAME else 120


def server(name, **settings):
    return Process(name) if name in BY_NAME else servers.Server(name, **settings)


class Process(servers.Server):
    """A peer on core 0, at a port that was free: few of them can be told to take any and say which."""

    def __init__(self, name):
        self.output = tempfile.TemporaryFile(mode="w+")
        self.port = _free_port()
        words = [_configured(word, self.port) for word in command(name)]
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", *words], stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=self.output, cwd=servers.BUILT,
            env={**os.environ, **BY_NAME[name].environment}, start_new_session=True)
        deadline = time.monotonic() + 10
        while not _is_bound(self.port):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.end()
                raise servers.Failure(f"{name} does not start: {self.text()[-300:]}")
            time.sleep(0.01)
    def end(self):
        """Its children end with it; they might wait for one another for ever."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _configured(word, port):
    if not word.endswith(".conf"):
        return word.replace("PORT", str(port))
    path = os.path.join(servers.BUILT, "peer-" + word)
    with open(os.path.join(SOURCES, word)) as source, open(path, "w") as copy:
        copy.write(source.read().replace("PORT", str(port)))
    return path


def _is_bound(port):
    """Asked of the kernel: a connection to find out would be a member of the room."""
    for table, state in (("tcp", "0A"), ("udp", "07")):
        with open("/proc/net/" + table) as file:
            for line in file:
                fields = line.split()
                if fields[1].endswith(f":{port:04X}") and fields[3] == state:
                    return True
    return False
