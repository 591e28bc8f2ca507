#!/usr/bin/env python3
"""Looks after a server over its control socket, with plain lines: PATH COMMAND...

Prints each line of the answers, and the last one of each in brackets."""
import socket, sys

s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
f = s.makefile("rw", encoding="utf-8", newline="\n")
assert f.readline() == "parley control 1\n"
for command in sys.argv[2:]:
    f.write(command + "\n")
    f.flush()
    while (line := f.readline()).startswith(" "):
        print(line[1:-1])
    print(f"[{line[:-1]}]")
