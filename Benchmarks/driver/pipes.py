"""The socket tool beside socat: gigabytes through a client or a server, in turns."""
import os
import resource
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from statistics import median

from . import servers

BYTES = 4_000_000_000
PROGRAMS = ["parley", "c-echo"]
PARLEY = servers.program("parley")
PIECE = 1 << 18
ZEROS = f"head -c {BYTES} /dev/zero"

# A client that both servers have, and a server that both clients have; what is compared is in braces.
# socat's blocks are 8 KiB unless it is told otherwise: it is given what is best for it.
CLIENTS = {"socat": "socat -b 65536 - TCP:HOST", "parley": f"{PARLEY} echo HOST"}
ROWS = {
    "pipe-echo-server": (
        "stream", {"socat": "socat -b 4096 TCP-LISTEN:PORT,bind=127.0.0.1,reuseaddr,fork PIPE",
                   "parley": f"{PARLEY} echo --listen 127.0.0.1:PORT"}),
    "pipe-echo-client": ("echo", {name: f"{ZEROS} | {client} | cat >/dev/null"
                                  for name, client in CLIENTS.items()}),
    "pipe-connect-send": ("drain", {
        "socat": f"{ZEROS} | socat -b 65536 -u - TCP:HOST",
        "parley": f"{ZEROS} | {PARLEY} connect HOST"}),
    "pipe-connect-receive": ("source", {
        "socat": "socat -b 65536 -u TCP:HOST - | cat >/dev/null",
        "parley": f"{PARLEY} connect HOST </dev/null | cat >/dev/null"}),
    "pipe-connect-both": ("echo", {
        "socat": CLIENTS["socat"].join([f"{ZEROS} | ", " | cat >/dev/null"]),
        "parley": f"{ZEROS} | {PARLEY} connect HOST | cat >/dev/null"}),
}


def chosen(names):
    """The rows that these names mean: "pipe" all of them."""
    return [row for row in ROWS if any(row.startswith(name) for name in names)]


def table(names, rounds, say):
    """Measures these rows."""
    text = ("| Piping 4 GB | MB/s, socat | MB/s, parley | Ratio | (rounds) | CPU s, socat | CPU s, parley |\n"
            "|---|--:|--:|--:|---|--:|--:|\n")
    if not shutil.which("socat"):
        raise servers.Failure("socat is not installed; apt-get install socat")
    for name in names:
        kind, commands = ROWS[name]
        turns = {program: [] for program in commands}
        for _ in range(rounds):
            for program, command in commands.items():
                turns[program].append(_turn(kind, command))
            say(".")
        rates = {program: [rate for rate, _ in own] for program, own in turns.items()}
        pairs = [ours / other for ours, other in zip(rates["parley"], rates["socat"])]
        middles = [median(rates[program]) for program in ("socat", "parley")]
        times = [median(cpu for _, cpu in turns[program]) for program in ("socat", "parley")]
        text += (f"| {name} | {middles[0]:,.0f} | {middles[1]:,.0f} | {middles[1] / middles[0]:.2f} "
                 f"| {min(pairs):.2f}..{max(pairs):.2f} | {times[0]:.2f} | {times[1]:.2f} |\n")
    return text


def _turn(kind, command):
    """Megabytes a second, and the processor time of all programs of the pipeline."""
    if kind == "stream":
        return _stream(command)
    with _peer(kind) as port:
        before = _children()
        start = time.monotonic()
        result = subprocess.run(["bash", "-c", "set -o pipefail; " + command.replace("HOST", f"127.0.0.1:{port}")],
                                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        took = time.monotonic() - start
        if result.returncode != 0:
            raise servers.Failure(f"{command}: {result.stderr[-300:]}")
        return BYTES / 1e6 / took, _children() - before


def _stream(command):
    """A server, and a client in this process that sends and receives at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(command.replace("PORT", str(port)).split(), stderr=subprocess.DEVNULL,
                              start_new_session=True)
    try:
        client = _connected(port)
        start = time.monotonic()
        sender = threading.Thread(target=_send, args=(client,))
        sender.start()
        received = _receive(client)
        sender.join()
        took = time.monotonic() - start
        if received != BYTES:
            raise servers.Failure(f"{command}: {received} bytes came back")
        # What the server's children took is known once they are gone.
        return BYTES / 1e6 / took, _time_of_group(server.pid)
    finally:
        os.killpg(server.pid, 9)
        server.wait()


def _connected(port):
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > deadline:
                raise servers.Failure("the server does not start") from None
            time.sleep(0.01)


def _send(peer):
    piece, left = memoryview(bytes(PIECE)), BYTES
    while left:
        left -= peer.send(piece[:min(left, PIECE)])
    peer.shutdown(socket.SHUT_WR)


def _receive(peer):
    piece, total = bytearray(PIECE), 0
    while count := peer.recv_into(piece):
        total += count
    return total


@contextmanager
def _peer(kind):
    """The port of what a client talks to: the echo in C, or a thread that only reads or only writes."""
    if kind == "echo":
        with servers.Server("c-echo", cores=os.sched_getaffinity(0)) as server:
            yield server.port
        return
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener.accept()[0] as client:
            (_receive if kind == "drain" else _send)(client)
    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join()
    listener.close()


def _children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _time_of_group(group):
    """The processor time of all living processes of a group, and of their children that are gone."""
    ticks = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
