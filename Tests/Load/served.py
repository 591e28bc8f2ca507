"""A server of ours that runs while a program of this folder loads it, and what it costs meanwhile."""
import contextlib, os, re, signal, struct, subprocess, sys, time
from pathlib import Path

PREFACE = bytes.fromhex("504c593100010000")


def frame(kind, body=b""):
    """A frame of the native protocol, docs/wire.md."""
    return struct.pack(">IB", 1 + len(body), kind) + body


def string(text):
    return struct.pack(">H", len(text.encode())) + text.encode()


def hello(nick, resume=None, room=""):
    """`resume` is the history id, the number of the last event seen, and the token."""
    body = b"\x01" + string(nick) + string(room)
    if resume is None:
        return frame(1, body + b"\0")
    return frame(1, body + b"\1" + resume[0] + struct.pack(">Q", resume[1]) + resume[2])


def say(number, text):
    return frame(5, struct.pack(">QIB", number, 0, 0) + text)


def frames(buffer):
    """Takes the whole frames out of a bytearray: pairs of type and body."""
    found, start = [], 0
    while len(buffer) - start >= 5:
        end = start + 4 + int.from_bytes(buffer[start : start + 4], "big")
        if len(buffer) < end:
            break
        found.append((buffer[start + 4], bytes(buffer[start + 5 : end])))
        start = end
    del buffer[:start]
    return found


def fields(welcome):
    """The fields of a welcome by their types."""
    found, start = {}, 0
    while start < len(welcome):
        kind, length = struct.unpack_from(">BH", welcome, start)
        found[kind] = welcome[start + 3 : start + 3 + length]
        start += 3 + length
    return found


class Served:
    """`parley serve` on a port of loopback that the system has chosen."""

    def __init__(self, parley, *words, log=None, files=None):
        self.log = Path(log or f".build/load-{os.getpid()}.log")
        self.log.parent.mkdir(exist_ok=True)
        command = [parley, "serve", "127.0.0.1:0", "--max-clients", "0", *words]
        if files:
            command = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command]
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=output)
        deadline = time.monotonic() + 20
        while "Ctrl+C ends it.\n" not in (said := self.log.read_text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the server did not start: {said}")
            time.sleep(0.05)
        self.port = int(re.search(r"^parley serves .*:(\d+): ", said, re.M)[1])
        self.place = ("127.0.0.1", self.port)
        self.start_files = self.files()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(FileNotFoundError):
            self.log.rename(self.log.with_name("load.log"))

    def stop(self):
        """Ends it in order; the exit status, and how long that took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30), time.monotonic() - begin

    def proc(self, name):
        return Path(f"/proc/{self.process.pid}/{name}").read_text()

    def memory(self):
        """Bytes of resident memory that are the process's own: not the program, not shared pages."""
        return int(re.search(r"^RssAnon:\s+(\d+)", self.proc("status"), re.M)[1]) * 1024

    def resident(self):
        return int(re.search(r"^VmRSS:\s+(\d+)", self.proc("status"), re.M)[1]) * 1024

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor(self):
        """Seconds of processor time so far."""
        words = self.proc("stat").rsplit(") ", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def sockets(self):
        """The connections on the server's side: peer -> its state and the bytes that the kernel keeps for it."""
        found = {}
        text = subprocess.run(
            ["ss", "-tmnHO", f"sport = :{self.port}"], capture_output=True, text=True).stdout
        for line in text.splitlines():
            memory = re.search(r"skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+),o(\d+),bl(\d+)", line)
            peer = re.search(r"\S+:\d+\s+(\S+):(\d+)\s", line)
            if memory and peer:
                found[peer[1], int(peer[2])] = (line.split()[0], sum(map(int, memory.groups())))
        return found

    def said(self, words):
        """How many lines of the log hold these words."""
        return sum(words in line for line in self.log.read_text().splitlines())


class Verdict:
    """What a run has shown; its exit status is 1 when something did not hold."""

    def __init__(self, name):
        self.name, self.facts, self.failures = name, [], []

    def tell(self, fact):
        self.facts.append(fact)
        print(f"  {fact}", file=sys.stderr, flush=True)

    def check(self, holds, fact):
        self.tell(fact if holds else f"NOT: {fact}")
        if not holds:
            self.failures.append(fact)

    def end(self):
        words = "; ".join(self.facts)
        print(f"{self.name}: {'failed' if self.failures else 'holds'}: {words}", flush=True)
        sys.exit(1 if self.failures else 0)


def mebi(count):
    return f"{count / 2**20:.2f} MiB"


def until(condition, seconds, pause=0.05):
    """Whether a condition comes to hold in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
