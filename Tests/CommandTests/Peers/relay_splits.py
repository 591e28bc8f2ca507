#!/usr/bin/env python3
"""Holds a relay to its promise, at every split: HOST PORT raw|line|dec10|u16|u32.

What one client sends goes unchanged to all the others and not back. A recorded conversation is sent
once for every place where it can be split. At that place somebody else says a word: when it comes out
of the relay, the first part has been read, because it was there before."""
import socket, sys

host, port, framing = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def frame(payload):
    match framing:
        case "raw": return payload
        case "line": return payload + b"\n"
        case "dec10": return b"%10d" % len(payload) + payload
        case "u16": return len(payload).to_bytes(2, "big") + payload
        case "u32": return len(payload).to_bytes(4, "big") + payload

def connect():
    client = socket.create_connection((host, port), timeout=60)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client

def expect(client, wanted, what):
    data = b""
    while len(data) < len(wanted):
        part = client.recv(len(wanted) - len(data))
        if not part:
            sys.exit(f"{what}: the stream ended after {data!r}")
        data += part
    if data != wanted:
        sys.exit(f"{what}: {data!r} instead of {wanted!r}")

messages = [b"hello", "è € 💬".encode(), b"\x00\xff\x1b[2J\r", b"x" * 40]
if framing != "u16":  # Where it would mean "I close".
    messages.insert(1, b"")
recorded = [frame(message) for message in messages]
# Of a line both ends are taken, and LF is what is sent on.
conversation = b"".join(recorded)
word = frame(b"between")
clients = [connect() for _ in range(4)]
# Each is heard by all the others, so all are there before the first split.
for client in clients:
    client.sendall(word)
for client in clients:
    expect(client, word * 3, "hello")

speaker, other, *listeners = clients
for split in range(len(conversation) + 1):
    where = f"split at {split}"
    speaker.sendall(conversation[:split])
    other.sendall(word)
    # The word stands where the last whole message ended; bytes are passed on as they come.
    ends = [sum(map(len, recorded[:count])) for count in range(len(recorded) + 1)]
    whole = split if framing == "raw" else max(end for end in ends if end <= split)
    for listener in listeners:
        expect(listener, conversation[:whole] + word, where)
    speaker.sendall(conversation[split:])
    for listener in listeners:
        expect(listener, conversation[whole:], where)
    expect(other, conversation, where)
    expect(speaker, word, where)

# One that comes later gets what is said from then on; one that goes is not missed.
late = connect()
listeners.pop().close()
while True:
    # Until it has been accepted nothing is for it.
    other.sendall(word)
    late.settimeout(0.2)
    try:
        expect(late, word, "late")
        break
    except TimeoutError:
        pass
late.settimeout(60)
speaker.settimeout(60)
late.sendall(recorded[0])
expect(other, recorded[0], "from late")
# Nothing but what was said: no client has anything left.
speaker.sendall(recorded[0])
expect(late, recorded[0], "to late")
expect(other, recorded[0], "last")
for client in (late, other):
    client.setblocking(False)
    try:
        sys.exit(f"{client.recv(100)!r} is left over")
    except BlockingIOError:
        pass
print(f"{framing}: {len(conversation) + 1} splits")
