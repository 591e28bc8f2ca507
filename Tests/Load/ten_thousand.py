#!/usr/bin/env python3
"""Ten thousand clients in one room: what each costs the server.

  ten_thousand.py PARLEY [--clients N] [-- OPTIONS OF SERVE]

Half of them speak lines, half the native protocol. Each has been welcomed and has read all that it
was sent; then the resident memory of the server may have grown by 4 KiB for each. What the kernel
keeps is told apart. At the end all must hear a line of one of them, and its memory is looked at
again.
"""
import argparse, select, socket, sys, time
from pathlib import Path
from served import PREFACE, Served, Verdict, frame, hello, mebi, say, until

KIBI = 1024


def slab():
    """Bytes that the kernel's sockets take outside of their buffers, and all of its slabs."""
    sizes = {}
    for line in Path("/proc/slabinfo").read_text().splitlines()[2:]:
        words = line.split()
        sizes[words[0]] = int(words[2]) * int(words[3])
    return sum(sizes.values())


class Crowd:
    def __init__(self, server):
        self.server, self.sockets = server, {}
        self.poll = select.epoll()
        self.bytes = 0
        self.closed = 0
        self.hearers = set()

    def add(self, number):
        one = socket.socket()
        # A port is free again for each address of this machine.
        one.bind((f"127.0.0.{2 + number // 20000}", 0))
        one.connect(self.server.place)
        if number % 2:
            one.sendall(f"/nick n{number}\r\n\r\n".encode())
        else:
            one.sendall(PREFACE + hello(f"n{number}"))
        one.setblocking(False)
        self.sockets[one.fileno()] = one
        self.poll.register(one, select.EPOLLIN)

    def read(self, seconds, mark=None):
        """Reads what comes for so long; false when nothing came."""
        found = self.poll.poll(seconds, 4096)
        for number, _ in found:
            try:
                data = self.sockets[number].recv(1 << 20)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            self.bytes += len(data)
            if mark and mark in data:
                self.hearers.add(number)
            if not data:
                self.closed += 1
                self.poll.unregister(number)
        return bool(found)

    def burst(self):
        """Each sends 32 KiB that are for nobody: empty lines, and pings."""
        lines, pings = b"\r\n" * 16_384, frame(21) * 6_553
        for number, one in enumerate(self.sockets.values()):
            one.setblocking(True)
            one.sendall(lines if number % 2 else pings)
            one.setblocking(False)
            if number % 20 == 19:
                self.read(0)

    def settle(self, seconds):
        deadline = time.monotonic() + seconds
        while self.read(1) and time.monotonic() < deadline:
            pass


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--clients", type=int, default=10_000)
    options.add_argument("--limit", type=float, default=4, help="KiB for each")
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    verdict = Verdict("ten_thousand")
    with Served(options.parley, *options.serve) as server:
        begin, before, kernel = time.monotonic(), server.resident(), slab()
        crowd = Crowd(server)
        for number in range(options.clients):
            crowd.add(number)
            # A bounded number waits for its welcome at a time, and all read what they are told.
            if number % 50 == 49:
                crowd.settle(0.2) if number % 1000 == 999 else crowd.read(0)
        crowd.settle(60)
        # Whether all are in shows when one speaks: the log leaves lines out in such a rush.
        verdict.check(not crowd.closed, f"{options.clients} came within {time.monotonic() - begin:.0f} s,"
                      f" {crowd.closed} were cut")
        # What the rush has left is given back within some seconds.
        until(lambda: server.resident() - before <= options.limit * KIBI * options.clients, 40, 0.5)
        def weigh(when):
            cost = (server.resident() - before) / options.clients / KIBI
            verdict.check(cost <= options.limit,
                          f"{cost:.2f} KiB of resident memory each {when} ({mebi(before)} before)")
        weigh("once all are in")
        buffers = [kept for _, kept in server.sockets().values()]
        verdict.tell(f"of the kernel {(slab() - kernel) / options.clients / KIBI:.2f} KiB each for both ends,"
                     f" {sum(buffers) / options.clients / KIBI:.2f} KiB of that in the server's buffers")
        first = next(iter(crowd.sockets.values()))
        first.sendall(say(1, b"MARK"))
        deadline = time.monotonic() + 10
        while len(crowd.hearers) < options.clients - 1 and time.monotonic() < deadline:
            crowd.read(0.5, b"MARK")
        verdict.check(len(crowd.hearers) == options.clients - 1,
                      f"{len(crowd.hearers)} heard what one said")
        weigh("after a line to all")
        crowd.burst()
        crowd.settle(60)
        until(lambda: server.resident() - before <= options.limit * KIBI * options.clients, 40, 0.5)
        weigh("after 32 KiB from each")
        for one in crowd.sockets.values():
            one.close()
        verdict.check(until(lambda: server.files() <= server.start_files, 20),
                      f"{server.files()} descriptors at the end, {server.start_files} at the start")
        verdict.check(until(lambda: server.resident() - before <= 16 << 20, 40, 0.5),
                      f"{mebi(server.resident() - before)} over the start when all are gone")
    verdict.end()


main()
