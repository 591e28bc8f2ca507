"""The command: what was asked for, in what order, and where the tables go."""
import os
import platform
import subprocess
import sys
import time

from . import counts, measure, peers, rows, servers


def run(arguments, usage):
    options = {"--rounds": 9, "--seconds": 0.6}
    flags, names = set(), []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in options and rest:
            options[word] = float(rest.pop(0))
        elif word in ("--append", "--list", "--check", "--keep", "--no-build", "--peers"):
            flags.add(word)
        elif word.startswith("-"):
            print(usage.strip())
            return 0 if word in ("-h", "--help") else 2
        else:
            names.append(word)
    every = rows.rows()
    if "--list" in flags:
        print("\n".join([row.name for row in every] + ["counts"]))
        return 0
    chosen = [row for row in every if not names or any(row.name.startswith(n) for n in names)]
    if not chosen and "counts" not in names:
        print(f"bench: no row begins with {' or '.join(names)}; --list shows them", file=sys.stderr)
        return 2
    try:
        return _measure(chosen, "counts" in names, options, flags, arguments)
    except servers.Failure as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1


def _say(text):
    print(text, end="", file=sys.stderr, flush=True)


def _measure(chosen, wants_counts, options, flags, arguments):
    if "--no-build" not in flags:
        servers.build()
        if "--peers" in flags:
            peers.build()
    text, grown = "", []
    before = _processor_times()
    if chosen:
        print(measure.HEADER, end="", flush=True)
        text += measure.HEADER
        absent = {}
        for row in chosen:
            if "--peers" in flags:
                peers.join(row, absent)
            results, failed = measure.measure(
                row, int(options["--rounds"]), options["--seconds"], _say)
            lines = measure.lines(row, results, failed)
            print(lines, end="", flush=True)
            text += lines
        lines = peers.line(absent)
        print(lines, end="", flush=True)
        text += lines
    if wants_counts:
        figures = counts.count(_say)
        lines = counts.table(figures)
        print(lines, end="", flush=True)
        text += ("\n" if text else "") + lines
        if "--keep" in flags:
            counts.keep(figures)
        if "--check" in flags:
            grown = counts.grown(figures)
    note = _machine(before)
    print("\n" + note)
    if "--append" in flags:
        _append(arguments, text, note)
    for line in grown:
        print(f"bench: {line}", file=sys.stderr)
    return 1 if grown else 0


def _processor_times():
    with open("/proc/stat") as file:
        fields = [int(word) for word in file.readline().split()[1:]]
    own = os.times()
    return sum(fields[:8]), fields[3] + fields[4], own.children_user + own.children_system


def _machine(before):
    """What was measured on, and how much of it others took: they make every figure doubtful."""
    after = _processor_times()
    all_time, idle, own = (b - a for a, b in zip(before, after))
    ticks = os.sysconf("SC_CLK_TCK")
    others = max(0.0, 1 - idle / all_time - own * ticks / all_time) if all_time else 0
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                      if line.startswith("model name")), platform.machine())
    swift = subprocess.run(["swift", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           text=True).stdout.split("(")[0].strip()
    return (f"{os.cpu_count()} cores, {processor}, Linux {platform.release().split('-')[0]}, {swift}. "
            f"Other programs took {others:.0%} of the processor meanwhile"
            + ("; run it again when nothing else does." if others > 0.05 else "."))


def _append(arguments, text, note):
    words = " ".join(["./bench", *(word for word in arguments if word != "--append")])
    path = os.path.join(servers.ROOT, "docs", "measurements.md")
    with open(path, "a") as file:
        file.write(f"\n### `{words}`, {time.strftime('%Y-%m-%d')}\n\n{note}\n\n{text}")
