#!/usr/bin/env python3
"""One client that says ten thousand messages a second, among others that talk.

  flood.py PARLEY [--rate R] [--seconds S] [--pairs N] [-- OPTIONS OF SERVE]

Runs without and with the flooder take turns, each with a server of its own that has --flood set for
everybody. The flooder, once by lines and once by the native protocol, must be told, then cut within
10 s; the p99 of the others must stay within twice that of the run without.
"""
import argparse, select, socket, threading, time
from crowd import Crowd, compare
from served import PREFACE, Served, Verdict, frames, hello, mebi, say, until


class Flooder:
    def __init__(self, server, is_native):
        self.is_native = is_native
        self.socket = socket.create_connection(server.place)
        self.name = self.socket.getsockname()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(PREFACE + hello("flooder") if is_native else b"/nick flooder\r\n")
        time.sleep(0.3)
        self.socket.setblocking(False)
        self.said, self.heard, self.unsent = 0, bytearray(), b""

    def flood(self, rate, seconds):
        """Seconds until it was cut, or None."""
        begin = time.monotonic()
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        while (passed := time.monotonic() - begin) < seconds:
            # As its socket takes it: who is delayed does not pile up what it did not get rid of.
            while not self.unsent and self.said < passed * rate:
                texts = []
                for _ in range(min(100, int(passed * rate) - self.said + 1)):
                    self.said += 1
                    text = b"flood %d" % self.said
                    texts.append(say(self.said, text) if self.is_native else text + b"\r\n")
                self.unsent = b"".join(texts)
                if not self.send():
                    return passed
            if self.unsent and not self.send():
                return passed
            if poll.poll(1) and not self.read():
                return time.monotonic() - begin
        return None

    def send(self):
        """Sends what the socket takes of what is unsent; false at the end."""
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self.read()
            return False
        return True

    def read(self):
        """False at the end."""
        while True:
            try:
                data = self.socket.recv(1 << 16)
            except BlockingIOError:
                return True
            except OSError:
                return False
            self.heard += data
            if not data:
                return False

    def was_told(self):
        if not self.is_native:
            return b"too much" in self.heard or b"too fast" in self.heard or b"flood" in self.heard
        return any(kind == 23 and body[0] == 8 for kind, body in frames(self.heard))


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--rate", type=float, default=10_000)
    options.add_argument("--seconds", type=float, default=12)
    options.add_argument("--pairs", type=int, default=2)
    options.add_argument("--pace", type=float, default=4, help="messages a second of each of the others")
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    words = ["--flood", "5:10", *options.serve]
    verdict = Verdict("flood")
    without, beside = [], []
    for number in range(options.pairs):
        with Served(options.parley, *words) as server:
            crowd = Crowd(server, options.pace)
            without.append(crowd.measure(options.seconds))
            crowd.end()
        with Served(options.parley, *words) as server:
            crowd = Crowd(server, options.pace)
            flooder = Flooder(server, number % 2 == 0)
            crowd.begin(options.seconds)
            kernel = []
            looking = threading.Timer(3, lambda: kernel.append(server.sockets()))
            looking.start()
            passed = flooder.flood(options.rate, options.seconds)
            looking.join()
            kind = "native" if flooder.is_native else "line"
            verdict.check(passed is not None and passed <= 10,
                          f"the {kind} flooder was cut after {passed and round(passed, 1)} s, "
                          f"{flooder.said} sent")
            verdict.check(flooder.was_told(), "it was told why")
            cost = kernel[0].get(flooder.name, ("gone", 0))[1]
            verdict.check(cost <= 2 << 20, f"after 3 s the kernel kept {mebi(cost)} for it")
            flooder.socket.close()
            beside.append(crowd.result())
            missing = crowd.end()
            verdict.check(missing["wrong"] == 0, f"{missing['wrong']} messages of the others went wrong"
                          f" {' '.join(missing['examples'])}")
            verdict.check(until(lambda: server.files() <= server.start_files, 5),
                          f"{server.files()} descriptors at the end, {server.start_files} at the start")
    compare(verdict, without, beside, "the flooder")
    verdict.end()


main()
