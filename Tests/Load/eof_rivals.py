#!/usr/bin/env python3
"""What ncat, nc and socat do when a stream ends: the second table of docs/eof.md.

  eof_rivals.py [--parley PROGRAM]   with a column for ours, too

Each cell runs a tool against a scripted peer on loopback, and says how the tool ended (its exit status,
or that it still ran when nothing more was to come) and what of the data was lost on the way, in the worst
of five runs. Takes a minute; every step has a deadline.
"""
import argparse, concurrent.futures, re, shutil, socket, struct, subprocess, threading, time

MIB = 1 << 20
OUT = (bytes(range(251)) * 4200)[:MIB]  # from stdin to the peer
BACK = OUT[::-1]  # from the peer to stdout
PAUSE = 1.0  # how long the peer thinks; longer than socat's half second
PATIENCE = 3.0  # how long a tool may go on when everything has been said


class Peer:
    """The other end, in a thread: what it got, and whether it saw the end."""

    def __init__(self, role, udp):
        self.kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
        self.role, self.received, self.saw_end = role, bytearray(), False
        self.holder = socket.socket(socket.AF_INET, self.kind)
        self.holder.bind(("127.0.0.1", 0))
        self.port = self.holder.getsockname()[1]
        if role == "listen":
            self.holder.close()  # The tool is about to take this port.
        elif not udp:
            self.holder.listen()

    def connect(self):
        """The connection; a tool that listens is dialled until it does."""
        if self.role == "connect":
            if self.kind == socket.SOCK_DGRAM:
                return self.holder
            self.holder.settimeout(10)
            return self.holder.accept()[0]
        for _ in range(100):
            connection = socket.socket(socket.AF_INET, self.kind)
            try:
                connection.connect(("127.0.0.1", self.port))
                return connection
            except ConnectionRefusedError:
                connection.close()
                time.sleep(0.05)
        raise TimeoutError("the tool does not listen")

    def read(self, connection, until_end=True, limit=PATIENCE):
        """Reads to the end, or until nothing has come for so long."""
        connection.settimeout(limit)
        try:
            while part := connection.recv(65536):
                self.received += part
                if not until_end and len(self.received) >= MIB:
                    return
            self.saw_end = True
        except OSError:
            pass

    def say(self, connection, data=BACK):
        connection.settimeout(PATIENCE)
        try:
            connection.sendall(data)
        except OSError:
            pass


def end(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


# What the peer does, and what is written to stdin: (before, pause, after, whether it is then closed).

def answers_after_the_end(peer, connection):
    peer.read(connection, limit=PAUSE)
    time.sleep(PAUSE)
    peer.say(connection)
    connection.close()

def half_closes(peer, connection):
    peer.say(connection)
    end(connection)
    peer.read(connection)
    connection.close()

def resets(peer, connection):
    peer.say(connection, BACK[:1000])
    time.sleep(0.3)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()

def is_silent(peer, connection):
    peer.read(connection, limit=PATIENCE)
    time.sleep(2 * PAUSE)
    connection.close()

def is_slow(peer, connection):
    peer.read(connection, limit=PATIENCE)
    time.sleep(PATIENCE)
    peer.say(connection)
    connection.close()

def talks_too(peer, connection):
    talker = threading.Thread(target=peer.say, args=(connection,))
    talker.start()
    peer.read(connection, limit=PAUSE)
    talker.join()
    connection.close()

def only_talks(peer, connection):
    peer.say(connection)
    end(connection)
    peer.read(connection, limit=PAUSE)
    connection.close()

def comes_twice(peer, connection):
    for turn in range(2):
        if turn:
            connection = peer.connect()
        peer.say(connection)
        end(connection)
        peer.read(connection, limit=PAUSE)
        connection.close()

def datagram(peer, connection):
    if peer.role == "listen":
        for _ in range(100):  # Until it listens, the port is unreachable.
            try:
                connection.send(b"ping")
                connection.settimeout(0.2)
                peer.received += connection.recv(65536)
                return
            except TimeoutError:
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
    connection.settimeout(10)
    data, address = connection.recvfrom(65536)
    peer.received += data
    time.sleep(PAUSE)
    connection.sendto(b"ping", address)


ALL, LATE, OPEN, TALK = (OUT, 0, b"", True), (b"", PAUSE, OUT, True), (b"", 0, b"", False), (
    OUT[:1000], 0, b"", False)
# Name, the peer, stdin, what stdout must get and the peer must get, and who has an option for it.
ROWS = [
    ("stdin ends", answers_after_the_end, ALL, BACK, OUT,
     {"ncat": [], "nc": [], "socat": [], "parley": []}),
    ("peer half-closes", half_closes, LATE, BACK, OUT,
     {"ncat": [], "nc": [], "socat": [], "parley": []}),
    ("peer resets", resets, OPEN, BACK[:1000], b"",
     {"ncat": [], "nc": [], "socat": [], "parley": []}),
    ("peer silent", is_slow, ALL, BACK, OUT,
     {"ncat": [], "nc": [], "socat": [], "parley": []}),
    ("-N", answers_after_the_end, ALL, BACK, OUT, {"nc": ["-N"], "parley": ["-N"]}),
    ("-q 1", is_silent, ALL, b"", OUT, {"nc": ["-q1"], "socat": ["-t1"], "parley": ["-q", "1"]}),
    ("--send-only", talks_too, ALL, b"", OUT,
     {"ncat": ["--send-only"], "socat": ["-u"], "parley": ["--send-only"]}),
    ("--recv-only", only_talks, TALK, BACK, b"",
     {"ncat": ["--recv-only"], "nc": ["-d"], "socat": ["-U"], "parley": ["--recv-only"]}),
    ("-k", comes_twice, OPEN, BACK + BACK, b"",
     {"ncat": ["-k"], "nc": ["-k"], "socat": [], "parley": ["-k"]}),
    ("UDP", datagram, (b"pong", 0, b"", True), b"ping", b"pong",
     {"ncat": ["-u"], "nc": ["-u"], "socat": [], "parley": ["-u"]}),
]


def command(tool, role, row, options, port, paths):
    host, port = "127.0.0.1", str(port)
    match tool:
        case "socat":
            kind = "UDP" if row == "UDP" else "TCP"
            address = (f"{kind}:{host}:{port}" if role == "connect" else
                f"{kind}-LISTEN:{port},bind={host},reuseaddr" + (",fork" if row == "-k" else ""))
            return [paths[tool], *options, "-", address]
        case "parley":
            return [paths[tool], role, *options, f"{host}:{port}"]
        case _:
            return [paths[tool], *(["-l"] if role == "listen" else []), *options, host, port]


def measure(tool, role, row, paths):
    name, behave, (first, pause, then, closes), to_stdout, to_peer, options = row
    if tool not in options or (name == "-k" and role == "connect"):
        return None
    peer = Peer(role, name == "UDP")
    child = subprocess.Popen(
        command(tool, role, name, options[tool], peer.port, paths), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = bytearray()
    over = threading.Event()  # The peer has said everything.

    def play():
        try:
            connection = peer.connect()
            behave(peer, connection)
        except OSError:
            pass
        over.set()

    def type_in():
        try:
            child.stdin.write(first)
            child.stdin.flush()
            time.sleep(pause)
            child.stdin.write(then)
            child.stdin.flush()
            if closes:
                child.stdin.close()
        except (OSError, ValueError):  # It has ended, and its stdin is closed.
            pass

    def collect():
        while part := child.stdout.read1(65536):
            output.extend(part)

    threads = [threading.Thread(target=each, daemon=True) for each in (play, type_in, collect)]
    for thread in threads:
        thread.start()
    over.wait(20)
    try:
        status = child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        status = None
        child.kill()
        child.wait()
    threads[2].join(2)
    try:
        child.stdin.close()
    except OSError:
        pass
    ending = "goes on" if status is None else (
        f"ends, {status}" if status >= 0 else f"killed by signal {-status}")
    if status is None and name != "-k" and (name, role) != ("UDP", "listen"):
        ending = "**hangs**"
    losses = []
    if not peer.saw_end and name in ("stdin ends", "-N"):
        losses.append("no FIN")
    for what, got, wanted in (("sent", peer.received, to_peer), ("got", output, to_stdout)):
        if got != wanted:
            losses.append(f"{what} {len(got):,} of {len(wanted):,}")
    return ending, tuple(losses)


def summary(runs):
    """How it ended, and what was lost, with how often when it was not lost each time."""
    if None in runs:
        return "–"
    words = [" or ".join(sorted({ending for ending, _ in runs}))]
    lossy = [losses for _, losses in runs if losses]
    if lossy:
        often = "" if len(lossy) == len(runs) else f" in {len(lossy)} of {len(runs)} runs"
        words.append(f"**{', '.join(max(lossy, key=len))}**{often}")
    return "; ".join(words)


def version(tool, path):
    words = {"nc": ["-h"], "socat": ["-V"]}.get(tool, ["--version"])
    run = subprocess.run([path, *words], capture_output=True, text=True)
    found = re.search(r"(?:version|patchlevel|Version|Ncat:.*?) ?([0-9][\w.+-]*)", run.stdout + run.stderr)
    return f"{tool} {found.group(1)}" if found else tool


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--parley")
    parley = parser.parse_args().parley
    paths = {"ncat": shutil.which("ncat"), "socat": shutil.which("socat"),
        "nc": shutil.which("nc.openbsd") or shutil.which("nc")}
    tools = [tool for tool in ("ncat", "nc", "socat") if paths[tool]]
    if parley:
        paths["parley"] = parley
        tools.append("parley")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        cells = {
            (row[0], role, tool): [pool.submit(measure, tool, role, row, paths) for _ in range(5)]
            for row in ROWS for role in ("connect", "listen") for tool in tools
        }
        heads = [version(tool, paths[tool]) for tool in tools]
        print(f"| | | {' | '.join(heads)} |\n|---|---|{'---|' * len(tools)}")
        for row in ROWS:
            for role in ("connect", "listen"):
                line = [
                    summary([run.result() for run in cells[row[0], role, tool]]) for tool in tools
                ]
                if set(line) != {"–"}:
                    print(f"| {row[0]} | {role} | {' | '.join(line)} |")


main()
