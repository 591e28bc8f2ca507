#!/usr/bin/env python3
"""Servers as a first course writes them: serve.py PROGRAM [HOST [PORT]].

What they do wrong they do on purpose: they serve one client at a time, take one read for a message,
count characters for bytes, and close right behind what they sent. The port, free when it is 0 or not
given, is the first line on stderr; stdout has what the program itself prints."""
import socket, sys, time

from frames import receive_ten, send_ten


def time_server(listener):
    while True:
        client, address = listener.accept()
        print(f"Connection from {address[:2]}")
        try:
            client.send(time.ctime().encode("ascii"))
        except OSError:
            pass
        client.close()


def raw_echo(listener):
    while True:
        client, _ = listener.accept()
        while data := client.recv(1000):
            client.sendall(data)
        client.close()


def framed_echo(listener):
    """Header and payload are two sends; who goes in the middle of a message is let go."""
    while True:
        client, address = listener.accept()
        print(f"Connection from: {address[:2]}")
        try:
            while True:
                send_ten(client, receive_ten(client))
        except (EOFError, OSError):
            client.close()


def accept_loop(listener):
    """Row 26: the backlog is what is not yet accepted; a client named "stop" ends the loop."""
    while True:
        client, address = listener.accept()
        name = client.recv(64)
        print(f"New client: {address[:2]}")
        client.close()
        if name == b"stop":
            break
    listener.close()


def half_closed_answer(listener):
    """Row 25: reads until the remote is over, and only then answers, with the write side left open."""
    while True:
        client, _ = listener.accept()
        count = 0
        while data := client.recv(4096):
            count += len(data)
        print("The remote is over with the data")
        client.sendall(b"%d bytes" % count)
        client.shutdown(socket.SHUT_WR)
        client.close()


def u32_receiver(listener):
    """Row 27: a length of four bytes is read at once, and so is what it announces."""
    client, _ = listener.accept()
    while header := client.recv(4):
        text = client.recv(int.from_bytes(header, "big")).decode()
        print(f"Use received message {text} to do something")
    client.shutdown(socket.SHUT_RD)
    client.close()


def logging_echo(listener):
    """Row 28: one client, and a line for each chunk of at most 1024 bytes."""
    print(f"# echo server listening on port {listener.getsockname()[1]}")
    client, address = listener.accept()
    print(f"# start echoing data from {address[:2]}")
    while data := client.recv(1024):
        client.sendall(data)
        print(f"# echoed {len(data)} bytes: {data!r}")
    client.close()
    print("# connection closed")


def one_client_echo(listener):
    """Row 40: the end of the stream is echoed, too, which sends nothing."""
    print(f"server listening on port {listener.getsockname()[1]}")
    client, _ = listener.accept()
    print("client connected")
    while True:
        data = client.recv(4096)
        print(f"echo {data!r}")
        client.sendall(data)
        if not data:
            break
    print("client disconnected")
    client.close()


def one_shot(listener):
    """Row 44: at most 16 bytes are read, so that a longer request is left unread."""
    while True:
        client, _ = listener.accept()
        print(client.recv(16).decode())
        client.sendall(b"message received")
        client.shutdown(socket.SHUT_WR)
        client.close()


def dialogue(listener):
    """Row 45: one read of at most 32 bytes, one answer."""
    client, _ = listener.accept()
    print(client.recv(32).decode())
    client.sendall(b"Yes, I hear you.")
    client.close()


def chunk_echo(listener):
    """Row 46: chunks of 16 bytes, which cut characters where the log cannot."""
    say = lambda text: print(text, file=sys.stderr)
    host, port = listener.getsockname()[:2]
    say(f"making a server on {host}:{port}")
    while True:
        say("waiting for a connection")
        client, address = listener.accept()
        say(f"connection - {address[0]}:{address[1]}")
        while data := client.recv(16):
            print(f'received "{data.decode(errors="replace")}"')
            client.sendall(data)
            print(f'sent "{data.decode(errors="replace")}"')
        client.close()
        say("echo complete, client connection closed")


programs = {
    name.replace("_", "-"): program for name, program in list(globals().items())
    if getattr(program, "__module__", "") == "__main__"
}
program, host, port = (sys.argv[1:] + ["127.0.0.1", "0"][len(sys.argv) - 2:])[:3]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
listening = socket.create_server((host, int(port)), family=family, backlog=5)
print(listening.getsockname()[1], file=sys.stderr, flush=True)
try:
    programs[program](listening)
except KeyboardInterrupt:
    pass
