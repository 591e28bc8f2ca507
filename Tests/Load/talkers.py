#!/usr/bin/env python3
"""Honest clients that talk at their own pace and measure how long their words take to the others.

  talkers.py PORT [--clients N] [--rate R] [--size BYTES]

Half of them speak lines, half the native protocol. They talk from their entry on. On a line
`measure SECONDS` of the input they answer with one line of JSON: how many deliveries, their
percentiles in milliseconds, and the longest time that a client which comes in every half second
waits for its welcome. On a virtual machine the host may take the processors away for long; the
percentiles called calm are of the deliveries during which it took nothing. At the end of the input they fall silent, wait for what is under way, and say
in a last line what went missing. A process of its own, so that the load beside them does not share
their interpreter.
"""
import argparse, bisect, gc, json, os, re, select, socket, struct, sys, time
from served import PREFACE, frame, frames, hello, say

STAMP = re.compile(rb"@(\d+) (\d+) (\d+);")


class Talker:
    def __init__(self, number, options):
        self.number, self.is_native = number, number % 2 == 0
        self.said = 0
        self.tail = b""
        self.heard = {}
        self.is_lost = False
        self.socket = socket.create_connection(("127.0.0.1", options.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = f"talker{number}"
        self.socket.sendall(PREFACE + hello(name) if self.is_native else f"/nick {name}\r\n\r\n".encode())
        self.padding = b"." * options.size

    def talk(self):
        self.said += 1
        text = b"@%d %d %d;" % (time.monotonic_ns(), self.number, self.said)
        text += self.padding[len(text) :]
        try:
            self.socket.send(say(self.said, text) if self.is_native else text + b"\r\n")
        except OSError:
            self.is_lost = True

    def hear(self, delays, wrong):
        try:
            data = self.tail + self.socket.recv(1 << 18)
        except OSError:
            data = b""
        now = time.monotonic_ns()
        if len(data) == len(self.tail):
            self.is_lost = True
            return
        end = 0
        for found in STAMP.finditer(data):
            end = found.end()
            sender, number = int(found[2]), int(found[3])
            delays.append((int(found[1]), now))
            last = self.heard.get(sender)
            # What was said before one came in is in the history, and not all of that.
            if last is not None and number != last + 1:
                wrong.append(f"{self.number} heard {number} after {last} of {sender}")
            self.heard[sender] = number
        # Far less than a frame may be left: a stamp that was cut, or a ping.
        self.tail = data[max(end, len(data) - 80) :]
        if self.is_native and data.endswith(b"\0\0\0\1\x15"):
            self.socket.send(frame(6))


class Newcomer:
    """A client that comes in, and how long it waits for its welcome."""

    def __init__(self, port):
        self.begin = time.monotonic()
        self.buffer = bytearray()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))
        self.is_in = False

    def write(self):
        self.socket.send(PREFACE + hello("newcomer"))

    def read(self):
        """How long it took, once that is known; infinity when it was turned away."""
        try:
            data = self.socket.recv(1 << 16)
        except OSError:
            data = b""
        self.buffer += data
        if any(kind == 3 for kind, _ in frames(self.buffer)):
            return time.monotonic() - self.begin
        return None if data else float("inf")


class Stolen:
    """When the host took time from this machine, as /proc/stat counts it."""

    MARGIN = 30_000_000  # What was taken is counted in steps of 10 ms, and a tick of the clock later.

    def __init__(self):
        self.stat = open("/proc/stat", "rb", buffering=0)
        self.count, self.times = None, []

    def look(self):
        self.stat.seek(0)
        count = self.stat.read(200).split(b"\n")[0].split()[8]
        if count != self.count:
            self.count = count
            self.times.append(time.monotonic_ns())

    def took_nothing(self, begin, end):
        return bisect.bisect(self.times, begin - self.MARGIN) == bisect.bisect(self.times, end + self.MARGIN)


def percentiles(deliveries):
    delays = sorted(end - begin for begin, end in deliveries)
    if not delays:
        return dict(count=0, p50=0, p99=float("inf"), most=float("inf"))
    part = lambda share: delays[min(len(delays) - 1, int(len(delays) * share))] / 1e6
    return dict(count=len(delays), p50=part(0.5), p99=part(0.99), most=part(1))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("--clients", type=int, default=20)
    options.add_argument("--rate", type=float, default=5)
    options.add_argument("--size", type=int, default=100)
    options = options.parse_args()
    gc.disable()
    talkers = {}
    poll = select.epoll()
    for number in range(options.clients):
        talker = Talker(number, options)
        talkers[talker.socket.fileno()] = talker
        poll.register(talker.socket, select.EPOLLIN)
    os.set_blocking(0, False)
    poll.register(0, select.EPOLLIN)
    time.sleep(0.5)
    delays, wrong, entries = [], [], []
    newcomer = None
    stolen = Stolen()
    pause = 1 / options.rate / options.clients
    order = list(talkers.values())
    turn, next_turn = 0, time.monotonic()
    measured_until, next_newcomer, ending = None, float("inf"), None
    while ending is None or time.monotonic() < ending:
        now = time.monotonic()
        if ending is None and now >= next_turn:
            order[turn % len(order)].talk()
            turn += 1
            next_turn += pause
            stolen.look()
            continue
        if measured_until and now >= measured_until:
            if newcomer:  # Who waits still has waited at least so long.
                entries.append(now - newcomer.begin)
                poll.unregister(newcomer.socket)
                newcomer.socket.close()
                newcomer = None
            found = percentiles(delays)
            found["calm"] = percentiles([delay for delay in delays if stolen.took_nothing(*delay)])
            found["entry"] = max(entries, default=float("inf"))
            print(json.dumps(found), flush=True)
            measured_until, next_newcomer = None, float("inf")
        if newcomer is None and now >= next_newcomer:
            newcomer = Newcomer(options.port)
            next_newcomer = now + 0.5
            poll.register(newcomer.socket, select.EPOLLOUT)
        deadline = min(next_turn if ending is None else ending, measured_until or next_turn)
        for number, event in poll.poll(max(0, deadline - time.monotonic())):
            if number in talkers:
                talkers[number].hear(delays, wrong)
                if talkers[number].is_lost:
                    poll.unregister(number)
            elif number == 0:
                words = os.read(0, 100).split()
                if words and words[0] == b"measure":
                    delays.clear()
                    entries.clear()
                    measured_until = time.monotonic() + float(words[1])
                    next_newcomer = time.monotonic()
                elif not words:
                    poll.unregister(0)
                    ending = time.monotonic() + 1
            elif newcomer and number == newcomer.socket.fileno():
                if event & select.EPOLLOUT and not event & select.EPOLLHUP:
                    newcomer.write()
                    poll.modify(number, select.EPOLLIN)
                elif (waited := newcomer.read()) is not None:
                    entries.append(waited)
                    poll.unregister(number)
                    newcomer.socket.close()
                    newcomer = None
    for talker in order:
        if talker.is_lost:
            wrong.append(f"{talker.number} was cut")
            continue
        for other in order:
            if other is not talker and not other.is_lost and talker.heard.get(other.number) != other.said:
                wrong.append(f"{talker.number} heard {talker.heard.get(other.number)} of "
                             f"{other.said} of {other.number}")
    print(json.dumps(dict(wrong=len(wrong), examples=wrong[:3])), flush=True)


if __name__ == "__main__":
    main()
