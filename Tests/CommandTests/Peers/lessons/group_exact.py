#!/usr/bin/env python3
"""The group exercise (row 37), solved with care: group_exact.py NAME PORT [HOST:PORT ...].

Frames are read exactly. Whoever is dialled is told `<JOINS THE CHAT>`, everybody is told
`<LEAVES THE CHAT>` at the end, and each connection is shut down before it is closed. Chat texts are shown
as they are. The port, free when it is 0, is the first line on stderr."""
import socket, sys, threading

from chat_text import Closed, compose, end, receive_patiently, send_frame


class Group:
    def __init__(self, name):
        self.name = name
        self.peers = {}
        self.lock = threading.Lock()

    def add(self, connection):
        address = connection.getpeername()
        with self.lock:
            self.peers[address] = connection
        threading.Thread(target=self.receive, args=(connection, address), daemon=True).start()

    def receive(self, connection, address):
        try:
            while True:
                print(receive_patiently(connection), flush=True)
        except (Closed, OSError, UnicodeDecodeError):
            pass
        self.drop(connection, address)

    def drop(self, connection, address):
        with self.lock:
            known = self.peers.pop(address, None)
            count = len(self.peers)
        if known is not None:
            end(connection)
            print(f"There are {count} connected users", flush=True)

    def tell(self, text, only=None):
        """Encoded once; the lock is not held while sending."""
        message = compose(text, self.name)
        with self.lock:
            peers = [only] if only else list(self.peers.values())
        for peer in peers:
            try:
                send_frame(peer, message)
            except OSError:
                pass

    def dial(self, place, number):
        connection = socket.create_connection((place, number))
        self.add(connection)
        self.tell("<JOINS THE CHAT>", only=connection)

    def leave(self):
        self.tell("<LEAVES THE CHAT>")
        with self.lock:
            peers, self.peers = self.peers, {}
        for connection in peers.values():
            end(connection)


def main():
    name, port, *others = sys.argv[1:]
    group = Group(name)
    listener = socket.create_server(("127.0.0.1", int(port)))
    print(listener.getsockname()[1], file=sys.stderr, flush=True)

    def accept():
        while True:
            group.add(listener.accept()[0])

    threading.Thread(target=accept, daemon=True).start()
    for other in others:
        place, number = other.rsplit(":", 1)
        try:
            group.dial(place, int(number))
        except OSError as error:
            print(f"{other} is not there: {error}", flush=True)
    for line in sys.stdin:
        if line.strip():
            group.tell(line.strip())
    group.leave()


main()
