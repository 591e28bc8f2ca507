#!/usr/bin/env python3
"""A chat for two as a second course writes it (rows 35 and 36): talk.py NAME client HOST PORT, or
talk.py NAME server [HOST [PORT]].

It receives with single recv calls, prints a payload as it is, and lets a second client take the place
of the first without a word. The name, which the lessons ask for, is the first argument. client32 and
server32 have lengths of four bytes."""
import socket, sys, threading

from chat_text import Closed, compose, end, receive_hastily, send_frame

name, role, *place = sys.argv[1:]
host, port = (place + ["127.0.0.1", "0"][len(place):])[:2]
width = 4 if role.endswith("32") else 2
partner = None


def listen_to(connection, address):
    global partner
    try:
        while True:
            print(receive_hastily(connection, width), flush=True)
    except (Closed, OSError, UnicodeDecodeError) as error:
        if not isinstance(error, Closed):
            print("error", error, flush=True)
    end(connection)
    print(f"Connection with peer {address} closed", flush=True)
    if partner is connection:
        partner = None


def take(connection, address):
    global partner
    partner = connection
    threading.Thread(target=listen_to, args=(connection, address), daemon=True).start()


def accept_from(listener):
    while True:
        connection, address = listener.accept()
        print("Open ingoing connection from:", address, flush=True)
        take(connection, address)


if role.startswith("client"):
    connection = socket.create_connection((host, int(port)))
    print("Connected to", connection.getpeername(), flush=True)
    take(connection, connection.getpeername())
else:
    listening = socket.create_server((host, int(port)))
    print(listening.getsockname()[1], file=sys.stderr, flush=True)
    threading.Thread(target=accept_from, args=(listening,), daemon=True).start()

for line in sys.stdin:
    text = line.strip()
    if partner is None:
        print("No peer connected, message is lost", flush=True)
    elif not text:
        print("Empty message, not sent", flush=True)
    else:
        send_frame(partner, compose(text, name), width)
if partner is not None:
    end(partner)
