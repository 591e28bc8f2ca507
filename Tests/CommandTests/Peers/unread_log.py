#!/usr/bin/env python3
"""Serves with a log that nobody reads for a while: PARLEY.

People must be able to chat all the same; and what is missing from the log must be counted in it."""
import os, re, signal, socket, subprocess, sys, threading

server = subprocess.Popen([sys.argv[1], "serve", "127.0.0.1:0"], stderr=subprocess.PIPE)
log = b""
while b"Ctrl+C ends it.\n" not in log:
    log += os.read(server.stderr.fileno(), 4096)
port = int(re.search(rb"serves 127.0.0.1:(\d+)", log)[1])

def connect():
    return socket.create_connection(("127.0.0.1", port), timeout=60)

def expect(client, wanted):
    data = b""
    while wanted not in data:
        data += client.recv(4096) or sys.exit(f"no {wanted!r} but {data!r}")

speaker, listener = connect(), connect()
for client, nick in (speaker, b"speaker"), (listener, b"listener"):
    client.sendall(b"/nick " + nick + b"\n")
    expect(client, b"You are " + nick)
visits = 4000  # two lines of 90 bytes each: more than the pipe and the server's patience hold
for _ in range(visits):
    connect().close()
try:
    # Clients are accepted in order: when the last one is in, all the visitors were.
    last = connect()
    last.sendall(b"/nick last\n")
    expect(last, b"You are last")
    speaker.sendall(b"does anybody hear?\n")
    expect(listener, b"does anybody hear?")
except TimeoutError:
    server.kill()
    sys.exit("the chat waits for whoever reads the log")

if "--stop" in sys.argv:  # Ends in order although nobody reads.
    server.send_signal(signal.SIGTERM)
    sys.exit(server.wait(20))

# Somebody reads again; one more event brings the count of those left out.
lines = []
reader = threading.Thread(target=lambda: lines.extend(server.stderr))
reader.start()
while True:
    size = len(lines)
    reader.join(0.2)
    if size and len(lines) == size:
        break
speaker.sendall(b"/quit\n")
expect(listener, b"speaker left")
server.send_signal(signal.SIGTERM)
status = server.wait(20)
reader.join()
torn = [line for line in lines if not re.fullmatch(rb"\d{4}-[\d:T.-]+Z [a-z]+.*\n", line)]
counted = [line for line in lines if b" lost lines=" in line or b" suppressed event=" in line]
lost = sum(int(line.split(b"lines=")[1]) for line in counted)
events = [line for line in lines if line not in counted]
# Each visitor comes and goes; the three enter, leave and go; stopping, stopped.
wanted = 2 * visits + 3 * 4 + 2
if torn or not lost or len(events) + lost != wanted:
    sys.exit(f"{len(events)} events and {lost} lost of {wanted}; torn: {torn[:3]}")
sys.exit(status)
