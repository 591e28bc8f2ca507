#!/usr/bin/env python3
"""Fifty clients of ClassicChat, written as the lessons write them; run by Examples/check.

  Examples/chat.py HOST:PORT

Nobody gets back what it sends; the others get each message once, in order per sender, also while one
client is killed and one has stopped reading. Prints `chat: as expected`, or what was not.
"""
import os
import select
import signal
import socket
import sys
import threading
import time

HOST, _, PORT = sys.argv[1].rpartition(":")
CLIENTS, MESSAGES, DEADLINE = 48, 12, time.monotonic() + 60


def send_message(peer, text):
    """Header and payload in two sends, as the lessons have it."""
    peer.sendall(b"%10d" % len(text))
    peer.sendall(text)


def receive_exactly(peer, count):
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        if not part:
            raise EOFError("Incomplete message")
        data += part
    return data


def receive_message(peer):
    return receive_exactly(peer, int(receive_exactly(peer, 10)))


def connect(receive_buffer=None):
    peer = socket.socket()
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.settimeout(30)
    peer.connect((HOST, int(PORT)))
    return peer


# Told whenever a reader has heard a round of messages.
progress = threading.Condition()


class Reader(threading.Thread):
    """Collects what one client hears, until everybody else has said `end`."""

    def __init__(self, peer, others):
        super().__init__(daemon=True)
        self.peer, self.others, self.heard, self.failure = peer, others, [], None
        self.is_in = threading.Event()

    def run(self):
        try:
            ends = 0
            while ends < self.others:
                message = receive_message(self.peer)
                self.is_in.set()
                if message.startswith(b"probe"):
                    continue
                ends += message.endswith(b" end")
                self.heard.append(message)
                if len(self.heard) % self.others == 0:
                    with progress:
                        progress.notify_all()
        except Exception as error:
            self.failure = error
            with progress:
                progress.notify_all()

    def is_behind(self, rounds):
        return self.failure is None and len(self.heard) < rounds * self.others


def mortal():
    """A client in a process of its own, which writes and reads until it is killed."""
    child = os.fork()
    if child == 0:
        peer = connect()
        while True:
            send_message(peer, b"probe of one who will be killed")
            peer.setblocking(False)
            try:
                peer.recv(65536)
            except BlockingIOError:
                pass
            peer.setblocking(True)
            time.sleep(0.01)
    return child


def last_words(number):
    return [b"%d more" % count for count in range(1000 if number == 1 else 0)] + [b"end"]


def main():
    problems = []
    deaf = connect(receive_buffer=4096)
    child = mortal()
    peers = [connect() for _ in range(CLIENTS)]
    readers = [Reader(peer, CLIENTS - 1) for peer in peers]
    for reader in readers:
        reader.start()
    # Nobody says hello, so the first two ask until everybody has heard one of them.
    while not all(reader.is_in.is_set() for reader in readers) and time.monotonic() < DEADLINE:
        for peer in peers[:2]:
            send_message(peer, b"probe")
        time.sleep(0.02)

    def await_readers(rounds):
        """Only the deaf one may be slow: these are threads of one Python, on any machine."""
        with progress:
            progress.wait_for(
                lambda: not any(reader.is_behind(rounds) for reader in readers),
                max(0, DEADLINE - time.monotonic()))

    def talk(number):
        for count in range(MESSAGES):
            await_readers(count - 1)
            if number == 0 and count == MESSAGES // 2:
                os.kill(child, signal.SIGKILL)
            # Enough in all to fill the buffers of the one who does not read.
            send_message(peers[number], b"%d %d %s" % (number, count, b"x" * 16_000))
        await_readers(MESSAGES)
        # All in one: more messages than the queues have room for.
        texts = [b"%d %s" % (number, word) for word in last_words(number)]
        peers[number].sendall(b"".join(b"%10d%s" % (len(text), text) for text in texts))

    talkers = [threading.Thread(target=talk, args=(n,), daemon=True) for n in range(CLIENTS)]
    for talker in talkers:
        talker.start()
    for thread in talkers + readers:
        thread.join(max(0, DEADLINE - time.monotonic()))
    os.waitpid(child, 0)

    for number, reader in enumerate(readers):
        told = {sender: [] for sender in range(CLIENTS)}
        for message in reader.heard:
            sender, word = message.rstrip(b"x ").split(maxsplit=1)
            told[int(sender)].append(word)
        if reader.is_alive() or reader.failure:
            problems.append(f"client {number}: {reader.failure or 'waits'}")
        for sender, words in told.items():
            wanted = [b"%d" % count for count in range(MESSAGES)] + last_words(sender)
            if words != ([] if sender == number else wanted):
                problems.append(f"client {number} heard of {sender}: {words}")
        # Nothing more is on its way: one message too many would be one.
        if select.select([peers[number]], [], [], 0)[0]:
            problems.append(f"client {number} hears more")
    problems += [] if is_cut(deaf) else ["the client that does not read is not cut"]
    print("\n".join(problems[:10]) or "chat: as expected")
    return 1 if problems else 0


def is_cut(peer):
    try:
        while peer.recv(65536):
            pass
        return True
    except ConnectionResetError:
        return True
    except OSError:
        return False


sys.exit(main())
