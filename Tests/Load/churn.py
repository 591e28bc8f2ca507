#!/usr/bin/env python3
"""Clients that come, say something and go, a hundred a second.

  churn.py PARLEY [--rate R] [--seconds S] [--settle S] [-- OPTIONS OF SERVE]

By turns they speak lines or the native protocol; a fifth vanishes by a reset, a tenth leaves a
connection half open for half a minute: without a word, or without the end of its own stream. Memory
and descriptors are looked at all the time. After a quarter of the time, and at least once as many
half-open ones are there as there ever will be, they must stay flat: the means of the second quarter
and of the last one differ by at most 5 %, and so do those of the descriptors; at the end all
descriptors are back.
"""
import argparse, collections, select, socket, statistics, struct, sys, time
from served import PREFACE, Served, Verdict, frame, hello, mebi, say, until

HALF_OPEN_SECONDS = 30


class Guest:
    """One client on its way: connected, welcomed, said, gone."""

    def __init__(self, server, number):
        self.number, self.is_native = number, number % 2 == 0
        self.way = {0: "reset", 5: "reset", 7: "half open"}.get(number % 10, "leave")
        self.speaks = number % 20 != 7
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(server.place)
        self.begin = time.monotonic()
        self.is_in = False

    def write(self):
        if not self.speaks:
            return
        name = f"guest{self.number}x"
        if self.is_native:
            self.socket.send(PREFACE + hello(name) + say(1, b"hello from %d" % self.number))
        else:
            self.socket.send(f"/nick {name}\r\nhello from {self.number}\r\n".encode())

    def leave(self):
        if self.way == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif self.way == "leave":
            try:
                self.socket.send(frame(23, bytes.fromhex("000000" "00000000")) if self.is_native
                                 else b"/quit\r\n")
            except OSError:
                pass


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--rate", type=float, default=100)
    options.add_argument("--seconds", type=float, default=3600)
    options.add_argument("--stay", type=float, default=0.2, help="seconds in the room")
    options.add_argument("--table", help="a file for what was seen each second")
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    verdict = Verdict("churn")
    half_open_for = min(HALF_OPEN_SECONDS, options.seconds / 8)
    with Served(options.parley, *options.serve) as server:
        poll = select.epoll()
        guests, staying, half_open = {}, collections.deque(), collections.deque()
        seen = []
        begin = time.monotonic()
        next_guest, next_look = begin, begin
        came = entered = failed = 0
        slowest = 0
        while (now := time.monotonic()) < begin + options.seconds:
            while next_guest <= now:
                guest = Guest(server, came)
                came += 1
                guests[guest.socket.fileno()] = guest
                poll.register(guest.socket, select.EPOLLOUT)
                next_guest += 1 / options.rate
            while staying and staying[0][0] <= now:
                guest = staying.popleft()[1]
                if guest.socket.fileno() in guests:
                    del guests[guest.socket.fileno()]
                    poll.unregister(guest.socket)
                    guest.leave()
                    if guest.way == "half open":
                        half_open.append((now + half_open_for, guest))
                    else:
                        guest.socket.close()
            while half_open and half_open[0][0] <= now:
                half_open.popleft()[1].socket.close()
            if next_look <= now:
                seen.append((now - begin, server.resident(), server.files(), server.memory(), server.processor()))
                next_look += 1
                if options.table:
                    with open(options.table, "a") as table:
                        print(*(f"{value:.1f}" for value in seen[-1]), entered, file=table)
            for number, event in poll.poll(max(0, min(next_guest, next_look) - now), 256):
                guest = guests.get(number)
                if guest is None:
                    continue
                if event & select.EPOLLOUT and not event & (select.EPOLLERR | select.EPOLLHUP):
                    guest.write()
                    poll.modify(number, select.EPOLLIN)
                    # Who says nothing hears nothing, but for a greeting that it does not wait for.
                    if not guest.speaks:
                        staying.append((now + options.stay, guest))
                    continue
                try:
                    data = guest.socket.recv(1 << 16)
                except OSError:
                    data = b""
                if data and not guest.is_in:
                    guest.is_in = True
                    entered += guest.speaks
                    slowest = max(slowest, now - guest.begin)
                    if guest.speaks:
                        staying.append((now + options.stay, guest))
                if not data:
                    failed += 1
                    del guests[number]
                    poll.unregister(number)
                    guest.socket.close()
        for guest in guests.values():
            guest.socket.close()
        for _, guest in half_open:
            guest.socket.close()
        quarter = options.seconds / 4
        part = lambda which, column: statistics.mean(
            row[column] for row in seen if which * quarter <= row[0] < (which + 1) * quarter)
        verdict.check(entered >= came * 0.95 - options.rate and not failed,
                      f"{came} came in {options.seconds:.0f} s, {entered} of the {came * 19 // 20} who spoke got"
                      f" in, {failed} were ended by the server, slowest {slowest * 1000:.0f} ms")
        for column, name, unit in (1, "MiB resident", 2**20), (2, "descriptors", 1):
            early, late = part(1, column), part(3, column)
            verdict.check(late <= early * 1.05,
                          f"{name} {early / unit:.2f} in the second quarter, {late / unit:.2f} in the last: "
                          f"{(late / early - 1) * 100:+.1f} %")
        verdict.tell(f"of that memory {part(1, 3) / 2**20:.2f} and {part(3, 3) / 2**20:.2f} are the process's own")
        verdict.tell(f"{(seen[-1][4] - seen[0][4]) / options.seconds * 100:.1f} % of a processor")
        verdict.check(until(lambda: server.files() <= server.start_files, 15),
                      f"{server.files()} descriptors at the end, {server.start_files} at the start")
    verdict.end()


main()
