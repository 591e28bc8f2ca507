"""Messages behind their length, as a first course sends and receives them."""


def send_ten(connection, message):
    """Ten digits and the message are two sends."""
    connection.send(b"%10d" % len(message))
    connection.sendall(message)


def receive_ten(connection):
    return receive_exactly(connection, int(receive_exactly(connection, 10)))


def receive_exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError("Incomplete message")
        data += part
    return data


def send_u32(connection, text):
    """Wrong for anything but ASCII: what is counted is characters."""
    connection.send(len(text).to_bytes(4, "big"))
    connection.send(text.encode())
