#!/usr/bin/env python3
"""Native clients that come back to a long history and read nothing of it.

  returning.py PARLEY [--clients N] [-- OPTIONS OF SERVE]

First one, then N, each time to a room whose memory is full. Each may cost at most 2 MiB, memory of the process
and of the kernel together, and must be cut. Then one comes that reads, and must know of every message.
"""
import argparse, socket, struct, time
from served import PREFACE, Served, Verdict, fields, frames, hello, mebi, say, until

TEXT = b"x" * 1000


class Client:
    def __init__(self, server, name, resume=None):
        self.buffer, self.welcome, self.missed, self.numbers = bytearray(), None, None, []
        self.socket = socket.socket()
        # The least, so that what it does not read stays with the server.
        if resume:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(server.place)
        self.peer = self.socket.getsockname()
        self.socket.settimeout(20)
        self.socket.sendall(PREFACE + hello(name, resume))

    def read(self):
        data = self.socket.recv(1 << 20)
        self.buffer += data
        for kind, body in frames(self.buffer):
            if kind == 3:
                self.welcome = fields(body)
            elif kind == 11:
                self.numbers.append(struct.unpack_from(">IQ", body)[1])
            elif kind == 19:
                _, _, self.missed = struct.unpack(">IIQ", body)
        return len(data)

    def enter(self):
        while not self.welcome:
            self.read()
        return self

    def resume(self):
        seat = self.welcome[3]
        return seat[-24:-8], int.from_bytes(seat[-8:], "big"), self.welcome[2]


def run(parley, words, count, verdict):
    with Served(parley, *words) as server:
        talker, reader = Client(server, "talker").enter(), Client(server, "reader").enter()
        gone = [Client(server, f"gone{number}").enter() for number in range(count)]
        resumes = [client.resume() for client in gone]
        for client in gone:
            client.socket.close()
        for number in range(1, 2001):
            talker.socket.sendall(say(number, TEXT))
            # So that nobody here is slow.
            while not reader.numbers or len(reader.numbers) < number:
                reader.read()
        before = server.memory()
        back = [Client(server, f"gone{n}", resume) for n, resume in enumerate(resumes)]
        peers = {client.peer for client in back}
        most, kernel, ended = 0, 0, None
        begin = time.monotonic()
        while time.monotonic() - begin < 30:
            time.sleep(0.1)
            most = max(most, server.memory() - before)
            kept = {peer: sockets for peer, sockets in server.sockets().items() if peer in peers}
            kernel = max(kernel, sum(bytes for _, bytes in kept.values()))
            if not any(state == "ESTAB" for state, _ in kept.values()) and time.monotonic() - begin > 1:
                ended = time.monotonic() - begin
                break
        one = (most + kernel) / count
        verdict.check(one <= 2 << 20, f"{count} that came back and did not read cost {mebi(one)} each:"
                      f" {mebi(most / count)} of the process and {mebi(kernel / count)} of the kernel")
        verdict.check(ended is not None, f"cut after {ended or 30:.1f} s")
        for client in back:
            client.socket.close()
        again = Client(server, "gone0", resumes[0])
        again.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        until(lambda: again.read() and again.numbers[-1:] == reader.numbers[-1:], 20, 0)
        holes = [n for n, next in zip(again.numbers, again.numbers[1:]) if next != n + 1]
        verdict.check(again.missed + len(again.numbers) == 2000 and not holes,
                      f"one that reads misses the first {again.missed} of 2000, and was told so")


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    verdict = Verdict("returning")
    for count in (1, options.clients):
        run(options.parley, options.serve, count, verdict)
    verdict.end()


main()
