#!/usr/bin/env python3
"""Bursts of lines through `parley talk` to a peer that takes one recv for a length and one for a text.

  bursts.py PARLEY [--bursts N] [--lines N] [--size N] [--stall S] [--frame u16|u32] [--seed N]

Half of the bursts find the peer stalled, for up to S seconds, and up to four of them are under way at a
time, which is more than the peer's system takes in for it. Every text must arrive whole and in order.
Prints one line; the exit status is 1 when the peer lost step.
"""
import argparse, pathlib, random, socket, subprocess, sys, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "CommandTests/Peers/lessons"))
sys.dont_write_bytecode = True
from chat_text import Closed, receive_hastily

options = argparse.ArgumentParser()
options.add_argument("parley")
options.add_argument("--bursts", type=int, default=1000)
options.add_argument("--lines", type=int, default=50)
options.add_argument("--size", type=int, default=1000)
options.add_argument("--stall", type=float, default=0.1)
options.add_argument("--frame", choices=["u16", "u32"], default="u16")
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()
chance = random.Random(options.seed)
width = 2 if options.frame == "u16" else 4
under_way = threading.Semaphore(4)


def line(number):
    return f"{number} ".ljust(options.size, ".")


def feed(program):
    for burst in range(options.bursts):
        under_way.acquire()
        numbers = range(burst * options.lines, (burst + 1) * options.lines)
        program.stdin.write("".join(line(number) + "\n" for number in numbers))
        program.stdin.flush()
    program.stdin.close()


def desynchronised(connection):
    """How many bursts ended out of step, 0 or 1, and how many found the peer stalled."""
    stalled = 0
    for burst in range(options.bursts):
        stalls = set()
        if chance.random() < 0.5:
            stalled += 1
            stalls = {0, chance.randrange(options.lines)}
        for index in range(options.lines):
            if index in stalls:
                time.sleep(chance.uniform(0, options.stall))
            try:
                text = receive_hastily(connection, width)
            except (Closed, OSError, UnicodeDecodeError) as error:
                text = repr(error)
            if text.partition(":\n\t")[2] != line(burst * options.lines + index):
                print(f"burst {burst}, line {index}: {text[:100]!r}", flush=True)
                return 1, stalled
        under_way.release()
    return 0, stalled


listener = socket.create_server(("127.0.0.1", 0))
begin = time.monotonic()
program = subprocess.Popen(
    [options.parley, "talk", "--plain", "--nick", "ann", "--frame", options.frame,
     f"127.0.0.1:{listener.getsockname()[1]}"],
    stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
threading.Thread(target=feed, args=(program,), daemon=True).start()
connection, _ = listener.accept()
count, stalled = desynchronised(connection)
seconds = time.monotonic() - begin
connection.close()
program.kill() if count else program.wait(10)
print(f"{count} desynchronised: {options.bursts} bursts of {options.lines} lines of {options.size} "
      f"characters, {stalled} of them stalled, {seconds:.1f} s", flush=True)
sys.exit(1 if count or program.returncode else 0)
