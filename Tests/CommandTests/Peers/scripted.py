#!/usr/bin/env python3
"""The other end of a connection, told what to do: scripted.py listen|connect|udp|full HOST [PORT] STEP …

Who listens prints the port as the first line on stderr. What is sent and what is read is one pattern,
each from its beginning, so that a lost or doubled byte shows. The steps:

  accept        takes the next connection       read:N   reads N bytes of the pattern
  send:N        sends N bytes of the pattern    end      reads the pattern to the end, and tells where
  drip:N        one byte every 10 ms            until:T  reads up to a text
  say:TEXT      sends a text, \\r\\n and all      hear     reads what comes, and prints it
  fin           sends the end                   drops    waits until the connection is reset
  rst, close    ends the connection             go       waits for a line on stdin
  open          there is nothing to read, and no end
  echo, echo-drip   sends back all that comes, to the end

`full` listens where nobody can come any more: its queue is full."""
import socket, struct, sys, time

PATTERN = bytes(range(251)) * 48000
mode, host, *steps = sys.argv[1:]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
sent = read = 0
connection = None


def take(limit):
    """Up to so many bytes, which must be those of the pattern."""
    global read
    data = connection.recv(min(limit, 1 << 20))
    if data != PATTERN[read:read + len(data)]:
        sys.exit(f"wrong bytes behind {read}: {data[:100]!r}")
    read += len(data)
    return len(data)


def give(size):
    global sent
    connection.sendall(PATTERN[sent:sent + size])
    sent += size


def step(name, argument):
    global connection, sent, read
    match name:
        case "accept":
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sent = read = 0
            print("connected", flush=True)
        case "read":
            start = read
            while read < start + int(argument):
                if not take(start + int(argument) - read):
                    sys.exit(f"the end behind {read} bytes")
            print(f"read {argument}", flush=True)
        case "end":
            while take(1 << 20):
                pass
            print(f"end behind {read}", flush=True)
        case "drops":
            try:
                while take(1 << 20):
                    pass
                sys.exit(f"an end, and no reset, behind {read}")
            except ConnectionResetError:
                print("reset", flush=True)
        case "send":
            give(int(argument))
            print(f"sent {argument}", flush=True)
        case "drip":
            for _ in range(int(argument)):
                give(1)
                time.sleep(0.01)
        case "say":
            connection.sendall(argument.encode().decode("unicode_escape").encode("latin-1"))
        case "until":
            data = b""
            while argument.encode().decode("unicode_escape").encode() not in data:
                part = connection.recv(1000)
                if not part:
                    sys.exit(f"the end behind {data!r}")
                data += part
            print(repr(data), flush=True)
        case "hear":
            if mode == "udp":
                data, address = connection.recvfrom(65536)
                connection.connect(address)
            else:
                data = connection.recv(65536)
            print(repr(data), flush=True)
        case "echo":
            while data := connection.recv(1 << 20):
                connection.sendall(data)
        case "echo-drip":
            while data := connection.recv(1 << 20):
                for byte in data:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.01)
        case "fin":
            connection.shutdown(socket.SHUT_WR)
        case "rst":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        case "close":
            connection.close()
        case "open":
            connection.setblocking(False)
            try:
                sys.exit(f"came without being asked for: {connection.recv(100)!r}")
            except BlockingIOError:
                connection.setblocking(True)
            print("open", flush=True)
        case "go":
            sys.stdin.readline()
        case _:
            sys.exit(f"no step {name}")


def tell(port):
    print(port, file=sys.stderr, flush=True)


match mode:
    case "listen":
        listener = socket.create_server((host, 0), family=family)
        tell(listener.getsockname()[1])
        if "accept" not in steps:
            steps.insert(0, "accept")
    case "connect":
        connection = socket.create_connection((host, int(steps.pop(0))))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print("connected", flush=True)
    case "udp":
        connection = socket.socket(family, socket.SOCK_DGRAM)
        if steps and steps[0].isdigit():
            connection.connect((host, int(steps.pop(0))))
        else:
            connection.bind((host, 0))
            tell(connection.getsockname()[1])
    case "full":
        listener = socket.create_server((host, 0), family=family, backlog=0)
        waiting = []
        while True:
            waiting.append(socket.socket(family))
            waiting[-1].settimeout(0.3)
            try:
                waiting[-1].connect(listener.getsockname())
            except TimeoutError:
                break
        tell(listener.getsockname()[1])
        sys.stdin.readline()
for each in steps:
    step(*each.partition(":")[::2])
