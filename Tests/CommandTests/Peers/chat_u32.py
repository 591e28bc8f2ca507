#!/usr/bin/env python3
"""Chat client with a 4-byte length, one recv a part: HOST PORT [--nick N] [--silent SECONDS]."""
import argparse, datetime, os, socket, sys, threading, time

options = argparse.ArgumentParser()
options.add_argument("host")
options.add_argument("port", type=int)
options.add_argument("--nick", default="pupil")
options.add_argument("--silent", type=float, default=0)
options = options.parse_args()
server = socket.create_connection((options.host, options.port))

def listen():
    # As the lessons do it: whatever one recv brings is the whole header, and then the whole payload.
    while length := int.from_bytes(server.recv(4), "big"):
        print(server.recv(length).decode(), flush=True)
    print("* closed", file=sys.stderr, flush=True)
    os._exit(0)

threading.Thread(target=listen, daemon=True).start()
time.sleep(options.silent)
for line in sys.stdin:
    now = datetime.datetime.now().isoformat()
    payload = f"[{now}] {options.nick}:\n\t{line.strip()}".encode()
    server.sendall(len(payload).to_bytes(4, "big") + payload)
server.shutdown(socket.SHUT_RDWR)
