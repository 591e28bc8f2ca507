#!/usr/bin/env python3
"""A server that may have 64 descriptors, and more clients than that.

  scarce.py PARLEY [-- OPTIONS OF SERVE]

It must not spin while it cannot accept: at most a tenth of a processor over two seconds. Those who are
in go on talking meanwhile. As soon as some leave, others are accepted; at the end all descriptors are
back.
"""
import argparse, socket, sys, time
from served import Served, Verdict, until


def come(server, name):
    one = socket.create_connection(server.place)
    one.sendall(f"/nick {name}\r\n\r\n".encode())
    one.setblocking(False)
    return one


def heard(one):
    try:
        return one.recv(1 << 20)
    except BlockingIOError:
        return b""


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("parley")
    options.add_argument("--clients", type=int, default=150)
    options.add_argument("serve", nargs="*")
    options = options.parse_args()
    verdict = Verdict("scarce")
    with Served(options.parley, *options.serve, files=64) as server:
        clients = [come(server, f"n{number}") for number in range(options.clients)]
        time.sleep(1)
        inside = [one for one in clients if b"lobby" in heard(one)]
        verdict.check(20 < len(inside) < 64, f"{len(inside)} of {options.clients} are in, "
                      f"{server.files()} descriptors are open")
        before = server.processor()
        time.sleep(2)
        spent = server.processor() - before
        verdict.check(spent <= 0.2, f"{spent:.2f} s of processor in 2 s while it cannot accept")
        said = server.said(" exhausted") + server.said("Too many open files")
        verdict.check(1 <= said <= 3, f"the log says so {said} times")
        inside[0].sendall(b"still here\r\n")
        verdict.check(until(lambda: b"still here" in heard(inside[1]), 2), "those who are in hear each other")
        for one in inside:
            one.close()
        waiting = [one for one in clients if one not in inside]
        next_ones = set()
        def they_are_in():
            next_ones.update(one for one in waiting if b"lobby" in heard(one))
            return len(next_ones) >= len(inside) - 1
        verdict.check(until(they_are_in, 3), f"{len(next_ones)} of those who waited are in when they have left")
        for one in waiting:
            one.close()
        verdict.check(until(lambda: server.files() <= server.start_files, 5),
                      f"{server.files()} descriptors at the end, {server.start_files} at the start")
        status, seconds = server.stop()
        verdict.check(status == 0, f"it ended with {status} after {seconds:.1f} s")
    verdict.end()


main()
