"""An echo server with one bad habit: echo_server.py [HABIT [N]] prints its port and serves for ever.

  odd         reads and answers in pieces of odd sizes, seldom what was sent together
  late        answers only when the client has ended
  open        never closes
  corrupt N   changes the byte at offset N
  short N     closes after N bytes
  hasty N     closes after N bytes, without reading what the client still sends
  long N      sends N bytes more than it got, in the end
  early N     sends N bytes before it got any
  mute        reads, and answers nothing
  deaf        does not read
  reset N     resets the connection after N bytes
  lf          turns CR LF into LF
"""
import random
import socket
import struct
import sys
import threading
import time

HABIT = sys.argv[1] if len(sys.argv) > 1 else "odd"
N = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def serve(client):
    chance = random.Random(7)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if HABIT == "deaf":
        time.sleep(600)
    if HABIT == "early":
        client.sendall(b"?" * N)
    kept, total = bytearray(), 0
    while data := client.recv(chance.randint(1, 150_001)):
        start, total = total, total + len(data)
        if HABIT == "odd":
            view = memoryview(data)
            while view:
                count = client.send(view[:chance.randint(1, 99_991)])
                view = view[count:]
        elif HABIT == "late":
            kept += data
        elif HABIT == "corrupt" and start <= N < total:
            wrong = bytearray(data)
            wrong[N - start] ^= 0x20
            client.sendall(wrong)
        elif HABIT in ("short", "hasty", "reset") and total >= N:
            client.sendall(data[:N - start])
            if HABIT == "reset":
                # What was sent before a reset may be lost: it comes when that has arrived.
                time.sleep(0.2)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif HABIT == "short":
                client.shutdown(socket.SHUT_WR)
                while client.recv(65_536):
                    pass
            return client.close()
        elif HABIT == "lf":
            kept += data
            whole = kept.rfind(b"\n") + 1
            client.sendall(kept[:whole].replace(b"\r\n", b"\n"))
            del kept[:whole]
        elif HABIT != "mute":
            client.sendall(data)
    if HABIT == "late":
        client.sendall(kept)
    if HABIT == "long":
        client.sendall(b"!" * N)
    if HABIT in ("open", "mute"):
        time.sleep(600)
    client.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
