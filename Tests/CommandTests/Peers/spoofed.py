#!/usr/bin/env python3
"""Datagrams from 10,000 addresses that never asked for anything: PARLEY PORT.

Runs in a network of its own, where every address of 127.0.0.0/8 is this machine and nft counts what leaves
for each. Whoever was heard once may get three datagrams and 3 KiB, and no more than 32 of them at a time;
two peers who were named get every line."""
import json, os, socket, subprocess, sys

SOURCES, BATCH, PROVISIONAL = 10_000, 500, 32
parley, port = sys.argv[1], int(sys.argv[2])

def nft(*words):
    return subprocess.run(["nft", "-j", *words], check=True, capture_output=True, text=True).stdout

def text(name, words):
    return f"[2026-11-21T03:17:47.782251] {name}:\n\t{words}".encode()

def sent():
    """Packets and bytes to each of the many, as they travel."""
    parts = json.loads(nft("list", "set", "ip", "spoofed", "sent"))["nftables"]
    found = next(part["set"] for part in parts if "set" in part).get("elem", [])
    return {e["elem"]["val"]: (e["elem"]["counter"]["packets"], e["elem"]["counter"]["bytes"]) for e in found}

def memory(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

def expect(condition, what):
    if not condition:
        sys.exit(what)

subprocess.run(["nft", "-f", "-"], check=True, text=True, input=f"""
table ip spoofed {{
  set sent {{ type ipv4_addr; flags dynamic; counter; size 65535; }}
  chain out {{
    type filter hook output priority 0;
    udp sport {port} ip daddr 127.1.0.0/16 update @sent {{ ip daddr counter }}
  }}
}}""")

named = []
for _ in range(2):
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))
    peer.settimeout(60)
    named.append(peer)
chat = subprocess.Popen(
    [parley, "chat", "--plain", "udp", str(port), "--nick", "op",
     *(f"127.0.0.1:{peer.getsockname()[1]}" for peer in named)],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
server = ("127.0.0.1", port)
for peer in named:
    expect(peer.recv(2048).endswith(b"<JOINS THE CHAT>"), "no word of joining")

def say(words):
    chat.stdin.write(words.encode() + b"\n")
    chat.stdin.flush()
    for peer in named:
        got = peer.recv(2048)
        expect(got.endswith(b"\top:\n\t" + words.encode()) or got.endswith(b" op:\n\t" + words.encode()),
               f"{got!r} in place of {words}")

def hear(peer, words):
    """A line of a named peer is shown, and so everything before it has been taken."""
    peer.sendto(text("ann", words), server)
    while True:
        line = chat.stdout.readline()
        expect(line, "the chat has ended")
        if line.rstrip().endswith(words.encode()):
            return

def check(before, after):
    reached = [key for key in after if after[key] != before.get(key)]
    expect(len(reached) <= PROVISIONAL, f"one line went to {len(reached)} who were heard once")
    for key, (packets, size) in after.items():
        expect(packets <= 3 and size <= 3072, f"{packets} datagrams, {size} bytes to {key}")

early = 0
for start in range(0, SOURCES, BATCH):
    for number in range(start, start + BATCH):
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stranger.bind((f"127.1.{number >> 8}.{number & 255}", 40_000))
        stranger.sendto(text(f"stranger{number}", "hello"), server)
        stranger.close()
        if number % 50 == 49:  # What is not taken in time is lost before it can be counted.
            hear(named[0], f"still here {number}")
    before = sent()
    say(f"line {start}")
    hear(named[1], f"after {start}")
    check(before, sent())
    early = early or memory(chat)

# Long lines use up what is left of the budgets, and many of them change nothing.
for number in range(8):
    before = sent()
    say(f"last {number} " + "x" * 900)
    hear(named[0], f"done {number}")
    check(before, sent())
late = memory(chat)
expect(late - early <= 2048, f"{late - early} KiB more memory for {SOURCES} strangers")
reached = sent()
expect(len(reached) >= PROVISIONAL, f"only {len(reached)} strangers got a line")
chat.stdin.close()
for peer in named:
    expect(peer.recv(2048).endswith(b"<LEAVES THE CHAT>"), "no word of leaving")
expect(chat.wait(20) == 0, "the chat failed")
print(f"{SOURCES} strangers, {len(reached)} got something, at most {max(p for p, _ in reached.values())} datagrams "
      f"and {max(b for _, b in reached.values())} bytes; {late - early} KiB more memory")
