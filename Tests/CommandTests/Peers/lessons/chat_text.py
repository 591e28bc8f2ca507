"""Chat texts in frames of two bytes, received as the lessons receive them: one recv for a length,
one for the text, and whatever a recv brings is taken for the whole."""
import datetime, socket


def compose(text, name):
    return f"[{datetime.datetime.now().isoformat()}] {name}:\n\t{text}"


class Closed(Exception):
    """The other side is over."""


def send_frame(connection, text, width=2):
    """One send; an empty text comes out as length 0, which the other side takes for a goodbye."""
    data = text.encode()
    connection.sendall(len(data).to_bytes(width, "big") + data)


def receive_hastily(connection, width=2):
    """One recv each. A byte that is no UTF-8 is an error to the caller."""
    length = int.from_bytes(connection.recv(width), "big")
    if length == 0:
        raise Closed
    return connection.recv(length).decode()


def receive_patiently(connection, width=2):
    """Reads on until a frame is whole."""
    length = int.from_bytes(exactly(connection, width), "big")
    if length == 0:
        raise Closed
    return exactly(connection, length).decode()


def exactly(connection, count):
    data = bytearray()
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise Closed
        data += part
    return bytes(data)


def end(connection):
    """Says FIN at once, which close alone does not while a thread waits in recv."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
