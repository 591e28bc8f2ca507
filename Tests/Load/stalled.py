#!/usr/bin/env python3
"""Clients that join and then never read, among others that talk.

  stalled.py PARLEY [--clients N] [--seconds S] [--pairs N] [-- OPTIONS OF SERVE]

Runs without and with N stalled clients take turns, each with a server of its own. None of those who
stall may cost more than 2 MiB, memory of the process and of the kernel together; all must be cut;
the p99 of the others must stay within twice that of the run without. Then the native ones read what
has come, come back with their tokens, and must know of every message: those whose messages the
journal has still must get them all. A tenth reads on before it is cut, when the others have been
measured, and must miss nothing.
"""
import argparse, select, socket, struct, sys, time
from crowd import Crowd, compare
from served import PREFACE, Served, Verdict, fields, frames, hello, mebi, until

RECEIVE_BUFFER = 4096


class Stalled:
    """A native client; it keeps the numbers of the events that it has seen."""

    def __init__(self, server, name, resume=None):
        self.name, self.numbers, self.missed = name, [], 0
        self.buffer, self.welcome, self.bye = bytearray(), None, None
        self.is_over = False
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.connect(server.place)
        self.peer = self.socket.getsockname()
        self.socket.sendall(PREFACE + hello(name, resume))
        self.socket.setblocking(False)

    def read(self):
        """Reads what is there; how many bytes that were."""
        count = 0
        while not self.is_over:
            try:
                data = self.socket.recv(1 << 16)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            self.is_over = not data
            self.buffer += data
            count += len(data)
        for kind, body in frames(self.buffer):
            if kind == 3:
                self.welcome = fields(body)
            elif kind == 11:
                self.numbers.append(struct.unpack_from(">IQ", body)[1])
            elif kind == 19:
                self.missed += struct.unpack(">IIQ", body)[2]
            elif kind == 23:
                self.bye = body
        return count

    @property
    def history(self):
        return self.welcome[3][-24:-8]

    @property
    def head(self):
        return int.from_bytes(self.welcome[3][-8:], "big")

    def last(self):
        return self.numbers[-1] if self.numbers else self.head

    def has_holes(self):
        return any(next != number + 1 for number, next in zip(self.numbers, self.numbers[1:]))


class StalledLine:
    """A client of the line door, which cannot come back."""

    def __init__(self, server, name):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.connect(server.place)
        self.peer = self.socket.getsockname()
        self.socket.sendall(f"/nick {name}\r\n\r\n".encode())
        self.socket.setblocking(False)
        self.welcome = None

    def read(self):
        try:
            self.welcome = self.welcome or b"n lobby" in self.socket.recv(1 << 20)
        except OSError:
            pass


def come_in(server, options):
    clients = []
    for number in range(options.clients):
        kind = StalledLine if number % 4 == 3 else Stalled
        clients.append(kind(server, f"stalled{number}"))
    def all_are_in():
        for client in clients:
            client.read()
        return all(client.welcome for client in clients)
    if not until(all_are_in, 30):
        sys.exit("stalled: not all came in")
    # Whoever came before is told of whoever came after; the native ones begin without a message.
    return clients


def rest(seconds, readers):
    """Waits, and has these read meanwhile what comes."""
    poll = select.epoll()
    sockets = {client.socket.fileno(): client for client in readers if not client.is_over}
    for number in sockets:
        poll.register(number, select.EPOLLIN)
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        # Now and then, so that reading takes little from those who are measured.
        for number, _ in poll.poll(left, 100):
            sockets[number].read()
            if sockets[number].is_over:
                poll.unregister(number)
        time.sleep(max(0, min(0.02, deadline - time.monotonic())))
    poll.close()


def with_them(options, verdict, words):
    with Served(options.parley, *words) as server:
        memory = server.memory()
        clients = come_in(server, options)
        joined = server.memory()
        # They have read all until now; from here on they do not.
        crowd = Crowd(server, options.rate, options.size)
        crowd.begin(options.seconds)
        most, most_kernel, most_one = 0, 0, 0
        begin = time.monotonic()
        cut, came_on = None, False
        peers = {client.peer for client in clients}
        early = [client for client in clients if isinstance(client, Stalled)][: options.clients // 10]
        while time.monotonic() - begin < options.seconds + options.patience:
            rest(0.5, early if came_on else [])
            most = max(most, server.memory() - memory)
            passed = time.monotonic() - begin
            came_on = passed > options.resume
            # Not while the others are measured: it is work, on their processors. Those who do not read have by
            # then what the kernel keeps at most.
            if passed > options.seconds:
                kernel = {peer: kept for peer, kept in server.sockets().items() if peer in peers}
                most_kernel = max(most_kernel, sum(kept for _, kept in kernel.values()))
                most_one = max(most_one, max((kept for _, kept in kernel.values()), default=0))
                # What a socket has taken stays with the kernel for a while after the close.
                left = sum(kernel.get(client.peer, [""])[0] == "ESTAB"
                           for client in clients if client not in early)
                if left == 0:
                    cut = cut or passed
            if cut and passed > options.seconds:
                break
        result = crowd.result()
        verdict.check(cut is not None, f"{options.clients - len(early) - left} of "
                      f"{options.clients - len(early)} were cut within {cut or passed:.0f} s")
        count = options.clients
        verdict.check(
            most / count + most_one <= 2 << 20,
            f"one cost at most {mebi(most / count + most_one)}: {mebi(most / count)} of the process"
            f" ({mebi(most)} for all, {mebi(joined - memory)} before they stalled) and {mebi(most_one)}"
            f" of the kernel ({mebi(most_kernel)} for all)")
        come_back(server, clients, early, verdict)
        missing = crowd.end()
        verdict.check(missing["wrong"] == 0, f"{missing['wrong']} messages of the others went wrong"
                      f" {' '.join(missing['examples'])}")
        for client in clients:
            client.socket.close()
        until(lambda: server.files() <= server.start_files, 5)
        verdict.check(server.files() <= server.start_files,
                      f"{server.files()} descriptors at the end, {server.start_files} at the start")
        verdict.tell(f"memory at the end {mebi(server.memory() - memory)} over the start")
        return result


def come_back(server, clients, early, verdict):
    natives = [client for client in clients if isinstance(client, Stalled) and client not in early]
    lost, complete, told, missed, unknown = 0, 0, 0, 0, 0
    for client in early:
        client.read()
    holes = sum(client.has_holes() or client.is_over for client in early)
    verdict.check(not holes, f"{len(early)} read on before they were cut: {holes} of them miss something")
    for client in natives:
        until(lambda: client.read() == 0 and client.is_over, 5, 0.002)
        told += client.bye is not None
        lost += not client.is_over or client.has_holes()
    for client in natives:
        token = client.welcome[2]
        again = Stalled(server, client.name, (client.history, client.last(), token))
        until(lambda: again.read() and len(again.numbers) > 0, 5, 0.002)
        expected = client.last() + again.missed + 1
        if not again.numbers or again.numbers[0] != expected or again.has_holes():
            unknown += 1
        complete += again.missed == 0
        missed = max(missed, again.missed)
        again.socket.close()
    verdict.check(lost == 0, f"{len(natives)} native ones read to the end, {told} found why, "
                  f"{lost} of them a hole or no end")
    verdict.check(unknown == 0, f"{len(natives)} came back, {complete} of them miss nothing and the"
                  f" others were told what (at most {missed}); {unknown} miss what nobody told")


def without_them(options, words):
    with Served(options.parley, *words) as server:
        crowd = Crowd(server, options.rate, options.size)
        result = crowd.measure(options.seconds)
        crowd.end()
        return result


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--clients", type=int, default=500)
    options.add_argument("--seconds", type=float, default=10, help="of talk that is measured")
    options.add_argument("--patience", type=float, default=20, help="seconds more to be cut in")
    options.add_argument("--pairs", type=int, default=3)
    options.add_argument("--rate", type=float, default=8)
    options.add_argument("--size", type=int, default=500)
    options.add_argument("--resume", type=float, default=10, help="seconds after which a tenth reads on")
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    verdict = Verdict("stalled")
    without, beside = [], []
    for _ in range(options.pairs):
        without.append(without_them(options, options.serve))
        beside.append(with_them(options, verdict, options.serve))
    compare(verdict, without, beside, f"{options.clients} that never read")
    verdict.end()


main()
