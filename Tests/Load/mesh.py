#!/usr/bin/env python3
"""Peers of a TCP group chat that are killed and come back, and are one group again afterwards.

  mesh.py PARLEY [--peers N] [--seconds S] [--seed X]

Each peer is told the addresses of all those started before it. For S seconds peers are killed with
SIGKILL and started again. Then all must be linked within 10 s, with one link for each pair, as they
say themselves and as the kernel counts; and each message from then on must be shown by every other
peer exactly once. Prints one line; the exit status is 1 when something of this did not hold.
"""
import argparse, os, random, re, signal, socket, subprocess, sys, threading, time
from collections import Counter


def free_ports(count):
    """Below the ports that the system gives to others while a peer of ours is down."""
    ports = set()
    while len(ports) < count:
        port = random.randrange(10_000, 32_000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        ports.add(port)
    return sorted(ports)


class Peer:
    def __init__(self, program, number, ports):
        self.program, self.number, self.ports = program, number, ports
        self.process = None
        self.printed = threading.Condition()
        self.lives = 0
        self.start()

    def start(self):
        others = [f"127.0.0.1:{port}" for port in self.ports[: self.number]]
        words = ["chat", "--plain", "tcp", str(self.ports[self.number]), *others]
        self.process = subprocess.Popen(
            [self.program, *words, "--nick", f"p{self.number}"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        self.lines, self.errors = [], []
        self.lives += 1
        for stream, lines in (self.process.stdout, self.lines), (self.process.stderr, self.errors):
            threading.Thread(target=self.read, args=(stream, lines), daemon=True).start()

    def read(self, stream, lines):
        for line in stream:
            with self.printed:
                lines.append(line.rstrip("\n"))
                self.printed.notify_all()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def say(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            sys.exit(f"p{self.number} has ended with {self.process.wait()}: {self.errors[-5:]}")

    def who(self):
        """Who is here, by its own account."""
        with self.printed:
            start = len(self.lines)
        self.say("/who")
        head = re.compile(r"\* You are \S+; with you: (\d+)")

        def rows():
            for place, line in enumerate(self.lines[start:], start):
                if found := head.fullmatch(line):
                    rows = self.lines[place + 1 : place + 1 + int(found[1])]
                    return rows if len(rows) == int(found[1]) else None

        with self.printed:
            self.printed.wait_for(lambda: rows() is not None, timeout=5)
            return rows() or []


def kernel_links(ports):
    """How many connections the kernel has between each pair of these ports."""
    pairs = Counter()
    for name in "/proc/net/tcp", "/proc/net/tcp6":
        with open(name) as table:
            for row in list(table)[1:]:
                words = row.split()
                local, remote = (int(end.split(":")[1], 16) for end in words[1:3])
                if words[3] == "01" and local in ports:
                    pairs[frozenset((local, remote))] += 1
    return pairs  # Both ends are on this machine: two rows a link.


def is_whole(peers, ports):
    wanted = {frozenset((one, two)): 2 for one in ports for two in ports if one < two}
    if kernel_links(ports) != wanted:
        return False
    names = {f"p{peer.number}" for peer in peers}
    for peer in peers:
        rows = peer.who()
        if {row.split()[1] for row in rows} != names - {f"p{peer.number}"}:
            return False
        if any("connections" in row for row in rows):
            return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--peers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    dice = random.Random(options.seed)
    ports = free_ports(options.peers)
    peers = [Peer(options.program, number, ports) for number in range(options.peers)]
    wrong = []
    try:
        kills = 0
        down = []
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            time.sleep(dice.uniform(0.05, 0.5))
            if down and dice.random() < 0.5:
                down.pop(dice.randrange(len(down))).start()
            elif len(down) < options.peers // 2:
                peer = dice.choice([peer for peer in peers if peer not in down])
                peer.kill()
                down.append(peer)
                kills += 1
            alive = [peer for peer in peers if peer not in down]
            if alive:
                dice.choice(alive).say(f"amid {kills}")
        for peer in down:
            peer.start()
        calm = time.monotonic()
        while not (whole := is_whole(peers, ports)) and time.monotonic() < calm + 10:
            time.sleep(0.1)
        took = time.monotonic() - calm
        if not whole:
            wrong.append(f"not whole: {dict(kernel_links(ports))}")
            for peer in peers:
                wrong.append(f"p{peer.number}: {peer.who()} {peer.errors[-5:]}")
        said = []
        for turn in range(20):
            for peer in peers:
                said.append((f"p{peer.number}", f"after {turn} of p{peer.number}"))
                peer.say(said[-1][1])
        for peer in peers:
            mine = [f"{name}: {text}" for name, text in said if name != f"p{peer.number}"]
            heard = lambda: Counter(line for line in peer.lines if ": after " in line)
            with peer.printed:
                peer.printed.wait_for(lambda: sum(heard().values()) >= len(mine), timeout=10)
        time.sleep(0.5)  # For what comes a second time.
        for peer in peers:
            mine = Counter(f"{name}: {text}" for name, text in said if name != f"p{peer.number}")
            heard = Counter(line for line in peer.lines if ": after " in line)
            if heard != mine:
                wrong.append(f"p{peer.number}: lost {mine - heard}, too much {heard - mine}")
    finally:
        for peer in peers:
            if peer.process.poll() is None:
                peer.process.send_signal(signal.SIGTERM)
        for peer in peers:
            try:
                if peer.process.wait(10) not in (0, -signal.SIGKILL):
                    wrong.append(f"p{peer.number} ended with {peer.process.returncode}")
            except subprocess.TimeoutExpired:
                peer.kill()
                wrong.append(f"p{peer.number} did not end")
    for line in wrong:
        print(line, file=sys.stderr)
    print(
        f"mesh: seed {options.seed}, {options.peers} peers, {kills} kills in {options.seconds:g} s,"
        f" whole after {took:.1f} s, {len(said)} messages to {options.peers - 1} each, "
        f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
