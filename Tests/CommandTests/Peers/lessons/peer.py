#!/usr/bin/env python3
"""Peers as a first course writes them: peer.py PROGRAM NAME PLACE [PLACE …].

by-turns, at-once, with-farewell: PLACE is where to be, then where others are. caller: PLACE is who to call;
callee: where to be called. They receive as the course's programs do, with one read of 1024 bytes for a
datagram, and one read for a length and one for what it announces. Where they are is the first line on
stderr; what they print is on stdout, the line typed being a line of stdin."""
import datetime, os, socket, sys, threading

LEAVE = "<LEAVES THE CHAT>"


def place(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def compose(text):
    return f"[{datetime.datetime.now().isoformat()}] {name}:\n\t{text}".encode()


def lines(prompt=""):
    while True:
        try:
            yield input(prompt)
        except EOFError:
            return


class Peer:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(place(places[0]))
        self.peers = {place(other) for other in places[1:]}
        print("%s:%d" % self.socket.getsockname(), file=sys.stderr, flush=True)

    def send_all(self, text):
        for other in list(self.peers):
            self.socket.sendto(compose(text), other)

    def receive(self):
        data, sender = self.socket.recvfrom(1024)
        self.peers.add(sender)
        return data.decode(), sender


def by_turns():
    peer = Peer()
    for line in lines("> "):
        peer.send_all(line)
        print(peer.receive()[0])


def at_once(farewell=False):
    peer = Peer()

    def listen():
        while True:
            text, sender = peer.receive()
            if farewell and text.endswith(LEAVE):
                peer.peers.discard(sender)
            print(text)

    threading.Thread(target=listen, daemon=True).start()
    for line in lines():
        peer.send_all(line)
    if farewell:
        peer.send_all(LEAVE)


def with_farewell():
    at_once(True)


def converse(connection):
    def listen():
        while header := connection.recv(2):
            print(connection.recv(int.from_bytes(header, "big")).decode())
        print("Connection with peer closed")
        connection.close()

    threading.Thread(target=listen, daemon=True).start()
    for line in lines():
        text = compose(line.strip())
        connection.sendall(len(text).to_bytes(2, "big") + text)
    connection.shutdown(socket.SHUT_RDWR)


def caller():
    connection = socket.create_connection(place(places[0]))
    print("%s:%d" % connection.getsockname(), file=sys.stderr, flush=True)
    converse(connection)


def callee():
    listening = socket.create_server(place(places[0]))
    print("%s:%d" % listening.getsockname(), file=sys.stderr, flush=True)
    converse(listening.accept()[0])


program, name, *places = sys.argv[1:]
{
    "by-turns": by_turns, "at-once": at_once, "with-farewell": with_farewell, "caller": caller,
    "callee": callee,
}[program]()
# The thread that listens may hold the output.
sys.stdout.flush()
os._exit(0)
