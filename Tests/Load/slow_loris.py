#!/usr/bin/env python3
"""Connections that send a byte a second and never finish anything, among clients that talk.

  slow_loris.py PARLEY [--clients N] [--seconds S] [--pairs N] [-- OPTIONS OF SERVE]

By turns a line, the first bytes of nobody, half a native hello, half a frame of the native protocol,
a u16 frame and a dec10 frame that never end. Of those that the server ends a hundred a second come
again. A newcomer must be in within a second all the time. The p99 of the others is told, and must stay
within eight times that of the run without: the slow ones, too, are a program on the same cores. With
--max-waiting 0 none is ended to make room.
"""
import argparse, collections, socket, subprocess, sys, time
from crowd import Crowd, compare
from served import PREFACE, Served, Verdict, hello, mebi, until

# What is said at once, and what follows at a byte a second.
KINDS = [
    (b"", b"hello, I am slow and I say so at length " * 100),
    (b"", b" " * 9),
    (b"", PREFACE + hello("slow" * 5)[:-1]),
    (PREFACE + hello("slow"), bytes.fromhex("00001000050000000000000001") + b"x" * 4000),
    (b"", bytes.fromhex("0400") + b"x" * 1000),
    (b"", b"      1000" + b"x" * 900),
]

STEPS = 20  # of a second


class Loris:
    def __init__(self, server, number):
        first, rest = KINDS[number % len(KINDS)]
        self.bytes, self.sent, self.at_once = first + rest, 0, max(1, len(first))
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(server.place)

    def send(self):
        """False when the server has ended it."""
        try:
            while self.socket.recv(1 << 16):
                pass
            return False
        except BlockingIOError:
            pass
        except OSError:
            return False
        try:
            count = 1 if self.sent else self.at_once
            self.sent += self.socket.send(self.bytes[self.sent : self.sent + count])
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True


def lurk(server, options):
    """The process of the slow ones: prints how many were ended."""
    lorises = [Loris(server, number) for number in range(options.clients)]
    ended, begin, step = 0, time.monotonic(), 0
    gone = collections.deque()
    while time.monotonic() - begin < options.lurk:
        # Spread over the second, as they would be.
        for number in range(step % STEPS, len(lorises), STEPS):
            if lorises[number] and not lorises[number].send():
                ended += 1
                lorises[number].socket.close()
                lorises[number] = None
                gone.append(number)
        for _ in range(min(len(gone), options.again // STEPS)):
            number = gone.popleft()
            lorises[number] = Loris(server, number)
        step += 1
        time.sleep(max(0, begin + step / STEPS - time.monotonic()))
    print(ended, len(lorises) - len(gone))


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--clients", type=int, default=2000)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--pairs", type=int, default=1)
    options.add_argument("--again", type=int, default=100, help="of those that were ended, a second")
    options.add_argument("--lurk", type=float, help=argparse.SUPPRESS)
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    if options.lurk:
        server = argparse.Namespace(place=("127.0.0.1", int(options.parley)))
        return lurk(server, options)
    verdict = Verdict("slow_loris")
    without, beside = [], []
    for _ in range(options.pairs):
        with Served(options.parley, *options.serve) as server:
            crowd = Crowd(server)
            without.append(crowd.measure(min(20, options.seconds)))
            crowd.end()
        with Served(options.parley, *options.serve) as server:
            memory = server.memory()
            crowd = Crowd(server)
            lurking = subprocess.Popen(
                [sys.executable, "-B", __file__, str(server.port), "--clients", str(options.clients),
                 "--again", str(options.again), "--lurk", str(options.seconds + 2)], stdout=subprocess.PIPE, text=True)
            time.sleep(1)
            beside.append(crowd.measure(options.seconds))
            most = server.memory() - memory
            ended, left = lurking.communicate()[0].split()
            verdict.tell(f"{options.clients} slow ones, {ended} times one was ended in "
                         f"{options.seconds:.0f} s, {left} were there at the end, {mebi(most)} for all")
            missing = crowd.end()
            verdict.check(missing["wrong"] == 0, f"{missing['wrong']} messages of the others went wrong"
                          f" {' '.join(missing['examples'])}")
            verdict.check(until(lambda: server.files() <= server.start_files, 10),
                          f"{server.files()} descriptors at the end, {server.start_files} at the start")
    compare(verdict, without, beside, f"{options.clients} slow ones", most=8)
    verdict.end()


main()
