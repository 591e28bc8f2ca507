#!/usr/bin/env python3
"""Clients as a first course writes them: call.py PROGRAM HOST PORT [WORDS …].

What they do wrong they do on purpose: one read is the whole answer, characters are counted for bytes,
a short read is the end. Lines to send come from stdin."""
import random, socket, sys

from frames import receive_ten, send_ten, send_u32


def http_get(connection, _):
    """Row 1: to the end of the stream, in reads of at most 1000 bytes."""
    connection.send(b"GET /index.html HTTP/1.0\r\n\r\n")
    parts = []
    while part := connection.recv(1000):
        parts.append(part)
    print("Response:", b"".join(parts).decode(errors="replace"))


def current_time(connection, _):
    """Row 3: one read, and no close."""
    print("Current time is:", connection.recv(1024).decode("ascii"))


def say(connection, _):
    """Row 5: as many bytes as there were characters, in one read."""
    text = input("Say >")
    connection.send(text.encode())
    print("Received >", connection.recv(len(text)))


def say_framed(connection, _):
    """Row 7: an empty line ends it."""
    while text := input("Say >"):
        send_ten(connection, text.encode())
        print("Received >", receive_ten(connection).decode())


def half_close(connection, words):
    """Row 25: sends all, shuts down, and reads at most 4096 bytes at a time to the end."""
    connection.sendall(" ".join(words).encode())
    connection.shutdown(socket.SHUT_WR)
    while data := connection.recv(4096):
        print(data.decode())
    print("The remote is over with the data")


def u32_sender(connection, words):
    """Row 27: three messages, or the words instead, whose characters are counted for bytes."""
    for text in words or [
        "The user pressed UP and RIGHT", "The user released RIGHT, and pressed LEFT",
        "The user released LEFT",
    ]:
        send_u32(connection, text)
    connection.shutdown(socket.SHUT_WR)


def echo_all(connection, _):
    """Row 29: everything is sent before anything is read."""
    print("# connected to", connection.getpeername()[:2], flush=True)
    while chunk := sys.stdin.buffer.read(1024):
        connection.sendall(chunk)
    connection.shutdown(socket.SHUT_WR)
    while data := connection.recv(1024):
        sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    print("# connection closed")


def echo_each(connection, _):
    """Row 30: after each chunk one read, which must be the same; nothing is shut down at the end."""
    while chunk := sys.stdin.buffer.read(1024):
        connection.sendall(chunk)
        remote = connection.recv(1024)
        if remote != chunk:
            print(f"Wrong echoed data:\n     local: {chunk!r}\n    remote: {remote!r}",
                file=sys.stderr)
            break
        sys.stdout.buffer.write(remote)
    sys.stdout.buffer.flush()
    connection.close()
    print("# connection closed")


def numbers(connection, words):
    """Row 31: random numbers, so many, or until nobody reads any more."""
    try:
        for _ in range(int(words[0])):
            connection.sendall(b"%d\n" % random.randint(-2**31, 2**31 - 1))
    except OSError:
        pass


def ask(connection, _):
    """Row 41: one read is the answer to a line, whatever it brings."""
    print("client connected to {HOST} on {PORT}")
    while True:
        try:
            text = input("Enter message to send: ")
        except EOFError:
            break
        connection.send(text.encode())
        print("Response", connection.recv(4096).decode())


def ask_lines(connection, _):
    """Row 42: text streams, which must be flushed; the line is printed with its end."""
    with connection.makefile("r", encoding="utf-8") as answers, \
            connection.makefile("w", encoding="utf-8", newline="") as questions:
        while True:
            try:
                text = input("Enter message to send: ")
            except EOFError:
                break
            questions.write(text + "\r\n")
            questions.flush()
            print("Response", answers.readline())


def web_page(connection, _):
    """Row 43: shuts down, and takes a short read for the end."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: crisewing.com\r\n\r\n")
    connection.shutdown(socket.SHUT_WR)
    reply = b""
    while True:
        part = connection.recv(4096)
        reply += part
        if len(part) < 4096:
            break
    print(len(reply))


def one_shot(connection, words):
    """Row 44: one message, one read."""
    connection.sendall(" ".join(words).encode())
    connection.shutdown(socket.SHUT_WR)
    print(connection.recv(16).decode())


def dialogue(connection, _):
    """Row 45."""
    connection.sendall(b"Hey, can you hear me?")
    connection.shutdown(socket.SHUT_WR)
    print(connection.recv(32).decode())


def chunk_echo(connection, words):
    """Row 46: reads 16 bytes at a time until as many have come back as were sent."""
    log = lambda text: print(text, file=sys.stderr)
    text = " ".join(words)
    log(f'sending "{text}"')
    sent = text.encode()
    connection.sendall(sent)
    reply = b""
    while len(reply) < len(sent):
        chunk = connection.recv(16)
        if not chunk:
            break
        log(f'received "{chunk.decode(errors="replace")}"')
        reply += chunk
    log("closing socket")
    print(reply.decode())


programs = {
    name.replace("_", "-"): program for name, program in list(globals().items())
    if getattr(program, "__module__", "") == "__main__"
}
program, host, port, *words = sys.argv[1:]
try:
    with socket.create_connection((host, int(port))) as connection:
        programs[program](connection, words)
except ConnectionRefusedError:
    # Row 24, as it is spelt there.
    sys.exit("The server is reachable but not wlling to accept the connection")
except TimeoutError:
    sys.exit("The server is not reachable\nThis may occur after a LONG while")
