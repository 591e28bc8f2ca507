#!/usr/bin/env python3
"""Chat server of threads and queues, ten digits of length: each message goes to all other clients.

Takes a free port and prints it."""
import queue, socket, threading

clients = {}  # socket -> queue of the messages it has to get
lock = threading.Lock()

def receive_exactly(client, size):
    data = b""
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data

def reader(client):
    try:
        while True:
            message = receive_exactly(client, int(receive_exactly(client, 10)))
            with lock:
                for other, outgoing in clients.items():
                    if other is not client:
                        outgoing.put(message)
    except (EOFError, ValueError, OSError):
        with lock:
            clients.pop(client).put(None)

def writer(client, outgoing):
    while (message := outgoing.get()) is not None:
        try:
            client.sendall(b"%10d" % len(message))
            client.sendall(message)
        except OSError:
            break  # The reader sees it, too, and takes the client out.
    client.close()

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    with lock:
        clients[client] = outgoing = queue.Queue()
    threading.Thread(target=reader, args=(client,), daemon=True).start()
    threading.Thread(target=writer, args=(client, outgoing), daemon=True).start()
