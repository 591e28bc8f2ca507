#!/usr/bin/env python3
"""Chat client with ten digits of length: HOST PORT [--nick N] [--silent SECONDS].

--nick sends "/nick N" first, for servers that know it."""
import argparse, os, socket, sys, threading, time

options = argparse.ArgumentParser()
options.add_argument("host")
options.add_argument("port", type=int)
options.add_argument("--nick")
options.add_argument("--silent", type=float, default=0)
options = options.parse_args()
server = socket.create_connection((options.host, options.port))

def send_message(text):
    payload = text.encode()
    server.sendall(b"%10d" % len(payload))
    server.sendall(payload)

def listen():
    while header := server.recv(10):
        print(server.recv(int(header)).decode(), flush=True)
    print("* closed", file=sys.stderr, flush=True)
    os._exit(0)

threading.Thread(target=listen, daemon=True).start()
time.sleep(options.silent)
if options.nick:
    send_message("/nick " + options.nick)
for line in sys.stdin:
    send_message(line.rstrip("\n"))
server.shutdown(socket.SHUT_RDWR)
