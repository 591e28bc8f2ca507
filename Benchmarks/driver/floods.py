"""Numbered datagrams at full speed: how many our receivers get of them, beside a loop of recvfrom in C."""
import os
import re
import subprocess
import time
from statistics import median

from . import servers

NUMBER = 100_000
PROGRAMS = ["parley", "c-receive"]
PARLEY = servers.program("parley")
PLAIN = "c-receive"
# Each begins with C's turn. A chat writes a line for each text: to nobody, or through a pipe to a reader.
ROWS = {
    "flood-listen": [PARLEY, "stream", "--listen", "127.0.0.1:0"],
    "flood-chat-null": [PARLEY, "chat", "--plain", "udp", "--nick", "bench"],
    "flood-chat-pipe": [PARLEY, "chat", "--plain", "udp", "--nick", "bench"],
}
PORT = re.compile(rb"(?:^port |listening on \S*:)(\d+)$", re.MULTILINE)
COUNTS = re.compile(rb"received (\d+), lost (\d+).*highest (\d+)|: (\d+) received, (\d+) lost.*highest (\d+)")


def chosen(names):
    """The rows that these names mean: "flood" all of them."""
    return [row for row in ROWS if any(row.startswith(name) for name in names)]


def table(names, rounds, say):
    """Measures these rows, C and ours in turns; a pair is one turn of each."""
    text = (f"| {NUMBER:,} datagrams | received, C | received, parley | Ratio | (rounds) | sent a second "
            "| Target |\n|---|--:|--:|--:|---|--:|---|\n")
    for name in names:
        pairs, rates = [], []
        for _ in range(rounds):
            plain, rate = _turn([servers.program(PLAIN)], name)
            ours, other = _turn(ROWS[name], name)
            pairs.append((plain, ours))
            rates += [rate, other]
            say(".")
        ratios = [ours / plain for plain, ours in pairs]
        text += (f"| {name} | {median(pair[0] for pair in pairs):,.0f} "
                 f"| {median(pair[1] for pair in pairs):,.0f} | {median(ratios):.3f} "
                 f"| {min(ratios):.3f}..{max(ratios):.3f} | {median(rates):,.0f} | >= 0.95 |\n")
    return text


def _turn(command, name):
    """How many datagrams a receiver got, and how many a second were sent."""
    is_null = name.endswith("null")
    is_chat = "chat" in command
    receiver = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE if command[0] == PARLEY else None,
        stdout=subprocess.DEVNULL if is_null and is_chat else subprocess.PIPE,
        preexec_fn=servers.pinned(servers.CORES[:1]))
    try:
        port = _port(receiver.stderr if command[0] == PARLEY else receiver.stdout)
        reader = None
        if receiver.stdout and is_chat:
            reader = subprocess.Popen(["grep", "-a", "^Streamer at\\|: received"], stdin=receiver.stdout,
                                      stdout=subprocess.PIPE, preexec_fn=servers.pinned(servers.CORES[1:]))
        sender = subprocess.run(
            [PARLEY, "stream", str(NUMBER), f"127.0.0.1:{port}"], stderr=subprocess.PIPE,
            preexec_fn=servers.pinned(servers.CORES[1:]))
        rate = re.search(rb"(\d+) a second", sender.stderr)
        if sender.returncode != 0 or not rate:
            raise servers.Failure(f"parley stream: {sender.stderr[-300:]}")
        dropped = _settled(port)
        if not is_chat:
            receiver.terminate()
        output = _ending(receiver, reader)
        return _received(output, dropped, is_chat and is_null), int(rate.group(1))
    finally:
        receiver.kill()
        receiver.wait()


def _port(pipe):
    """Where a receiver says that it listens; what it says later stays in the pipe."""
    text = b""
    while not (found := PORT.search(text)):
        line = pipe.readline()
        if not line:
            raise servers.Failure(f"a receiver does not start: {text[-300:]}")
        text += line
    return int(found.group(1))


def _settled(port):
    """Waits until a receiver has taken everything; how many datagrams its socket had no room for."""
    while True:
        time.sleep(0.2)
        with open("/proc/net/udp") as four, open("/proc/net/udp6") as six:
            lines = [line.split() for line in [*four, *six]]
        own = [fields for fields in lines if fields[1].endswith(f":{port:04X}")]
        if not own:
            raise servers.Failure("a receiver has gone")
        if own[0][4].endswith(":00000000"):
            return int(own[0][-1])


def _ending(receiver, reader):
    """Asks a chat for its counts and ends it; what the receiver says."""
    if reader is None:
        receiver.stdin.close()
        return receiver.stdout.read() if receiver.stdout else b""
    receiver.stdin.write(b"/stats\n")
    receiver.stdin.close()
    receiver.stdout.close()
    return reader.communicate(timeout=60)[0]


def _received(output, dropped, is_unseen):
    if is_unseen:  # What the kernel had no room for is what was lost.
        return NUMBER - dropped
    plain = re.search(rb"^received (\d+)$", output, re.MULTILINE)
    if plain:
        return int(plain.group(1))
    found = COUNTS.search(output)
    if not found:
        raise servers.Failure(f"no counts in {output[-300:]}")
    received, lost, highest = (int(number) for number in found.groups() if number is not None)
    if received + lost != highest + 1:
        raise servers.Failure(f"the counters do not add up: {found.group(0)}")
    return received
