#!/usr/bin/env python3
"""The group exercise (row 37), solved plainly: group_list.py NAME PORT [HOST:PORT ...].

All links, whoever dialled, are in one list, and a line is sent to each of them. Every address is
dialled once, and who is down is left out. Nothing is said at the start or the end: FIN has to do.
The port, free when it is 0, is the first line on stderr."""
import socket, sys, threading

from chat_text import Closed, compose, end, receive_hastily, send_frame

name, port, *others = sys.argv[1:]
links = []


def follow(link, address):
    links.append(link)
    try:
        while True:
            print(f"\n[{address}] {receive_hastily(link)}", flush=True)
    except (Closed, OSError, UnicodeDecodeError):
        pass
    links.remove(link)
    end(link)
    print(f"Connection with peer {address} closed", flush=True)


def follow_aside(link, address):
    threading.Thread(target=follow, args=(link, address), daemon=True).start()


def accept_all():
    while True:
        link, address = listener.accept()
        print("Accepted connection from:", address, flush=True)
        follow_aside(link, address)


listener = socket.create_server(("127.0.0.1", int(port)))
print(listener.getsockname()[1], file=sys.stderr, flush=True)
threading.Thread(target=accept_all, daemon=True).start()
for other in others:
    place, number = other.rsplit(":", 1)
    try:
        follow_aside(socket.create_connection((place, int(number))), (place, int(number)))
        print("Connected to:", other, flush=True)
    except OSError as error:
        print("Not there:", other, error, flush=True)

for line in sys.stdin:
    text = line.strip()
    if not text:
        continue
    for link in list(links):
        try:
            send_frame(link, compose(text, name))
        except OSError:
            print("Not sent", flush=True)
for link in list(links):
    end(link)
