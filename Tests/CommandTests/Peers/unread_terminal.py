#!/usr/bin/env python3
"""Talks at a terminal that nobody reads, while the other side floods it: PARLEY.

The other side must not be held up by that, and whoever sits there must be able to end it by Ctrl-C, twice, all
the same."""
import fcntl, os, pty, socket, struct, sys, termios, time

listener = socket.create_server(("127.0.0.1", 0))
person, program = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    for number in 0, 1, 2:
        os.dup2(program, number)
    os.environ["TERM"] = "xterm"
    address = "127.0.0.1:%d" % listener.getsockname()[1]
    os.execv(sys.argv[1], [sys.argv[1], "talk", "--plain", "--nick", "ann", address])

peer, _ = listener.accept()
shown = b""
while b"ann> " not in shown:
    shown += os.read(person, 4096)
text = b"[2026-11-21T03:17:47] bob:\n\t" + b"x" * 1000
peer.settimeout(60)
# More than all buffers on the way hold.
for _ in range(10_000):
    peer.sendall(struct.pack("!H", len(text)) + text)

def status_within(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, 9)
    sys.exit("Ctrl-C is not heard")

def unread():
    return struct.unpack("i", fcntl.ioctl(program, termios.FIONREAD, b"\0" * 4))[0]

for key in b"x", b"\x03", b"\x03":
    os.write(person, key)
    end = time.monotonic() + 10
    while unread() and time.monotonic() < end:
        time.sleep(0.01)
status = status_within(20)
if status != 130:
    sys.exit(f"it ended with {status}")
