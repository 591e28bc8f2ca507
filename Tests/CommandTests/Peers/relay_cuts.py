"""Passes bytes on between clients and a server on this machine, and cuts when it is told to.

Commands, a line each: `target PORT` for those who come from now on, `cut` now, `cut BYTES` when so
many more have passed in either direction, which are counted once it has said so.
"""
import socket
import struct
import sys
import threading

lock = threading.Lock()
target = int(sys.argv[1])
left = None
pairs = []


def cut():
    # A reset, as from a machine in between that has forgotten the connection.
    for pair in pairs:
        for end in pair:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
    pairs.clear()


def carry(source, sink, pair):
    global left
    try:
        while data := source.recv(65536):
            with lock:
                if pair not in pairs:
                    return
                if left is not None:
                    data = data[:left]
                    left -= len(data)
                sink.sendall(data)
                if left == 0:
                    left = None
                    cut()
                    print("cut", flush=True)
                    return
    except OSError:
        pass
    with lock:
        if pair in pairs:
            try:
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass


def accept(listener):
    while True:
        client, _ = listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", target))
        except OSError:
            client.close()
            continue
        pair = (client, server)
        with lock:
            pairs.append(pair)
        for ends in (pair, pair[::-1]):
            threading.Thread(target=carry, args=(*ends, pair), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
for line in sys.stdin:
    words = line.split()
    with lock:
        if words[0] == "target":
            target = int(words[1])
        elif len(words) == 2:
            left = int(words[1])
            print("counting", flush=True)
        else:
            cut()
            print("cut", flush=True)
