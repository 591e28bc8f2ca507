"""The command: what was asked for, in what order, and where the tables go."""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from . import build, counts, floods, growth, machine, measure, peers, pipes, rows, servers, sizes, table

FLAGS = ("--append", "--list", "--check", "--keep", "--no-build", "--peers")
# What is no row; growth, those of pipes and those of floods only when they are named.
OTHERS = ("size", "counts", "growth")


def run(arguments, usage):
    options = {"--rounds": 7, "--seconds": 0.6, "--runs": 1, "--ratios": ""}
    flags, names = set(), []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in options and rest:
            try:
                options[word] = type(options[word])(rest.pop(0))
            except ValueError:
                return _refuse(f"{word} needs a number")
        elif word in FLAGS:
            flags.add(word)
        elif word.startswith("-"):
            print(usage.strip())
            return 0 if word in ("-h", "--help") else 2
        else:
            names.append(word)
    every = rows.rows()
    if "--list" in flags:
        print("\n".join([title for row in every for title in row.titles()]
                        + list(OTHERS) + list(pipes.ROWS) + list(floods.ROWS)))
        return 0
    chosen = [] if names else every
    for name in names:
        # A row's whole name means that row alone.
        called = ([row for row in every if name in row.titles()]
                  or [row for row in every if any(title.startswith(name) for title in row.titles())])
        if not (called or name in OTHERS or pipes.chosen([name]) or floods.chosen([name])):
            return _refuse(f"no row begins with {name}; --list shows them")
        chosen += [row for row in called if row not in chosen]
    others = [name for name in OTHERS if name in names or not names and name != "growth"]
    try:
        if options["--runs"] > 1:
            return _runs(arguments, options["--runs"], flags)
        return _measure(chosen, others, names, options, flags, arguments)
    except servers.Failure as failure:
        return _refuse(str(failure), 1)
    except KeyboardInterrupt:
        return 130


def _refuse(text, code=2):
    print(f"bench: {text}", file=sys.stderr)
    return code


def _say(text):
    print(text, end="", file=sys.stderr, flush=True)


def _measure(chosen, others, names, options, flags, arguments):
    _raise_limit()
    piped, flooded = pipes.chosen(names), floods.chosen(names)
    if "--no-build" not in flags:
        if subprocess.run([os.path.join(servers.ROOT, "scripts", "setup"), "bench"]).returncode != 0:
            return 1
        build.build([name for row in chosen for name in row.servers]
                    + (["c-echo"] if any(row.load == "dial" for row in chosen) else [])
                    + ([name for _, name, _ in rows.COUNTS.values()] if "counts" in others else [])
                    + (sizes.PROGRAMS if "size" in others else [])
                    + (growth.PROGRAMS if "growth" in others else [])
                    + (pipes.PROGRAMS if piped else [])
                    + (floods.PROGRAMS if flooded else []), _say)
        if "--peers" in flags:
            peers.prepare()
    text, grown, ratios, has_failed = "", [], [], False
    before = machine.processor_times()

    def show(lines):
        nonlocal text
        print(lines, end="", flush=True)
        text += lines
    if chosen:
        show(table.HEADER)
        absent = {}
        for row in chosen:
            if "--peers" in flags:
                peers.join(row, absent)
            results, failed = measure.measure(row, options["--rounds"], options["--seconds"], _say)
            _say("\r\033[K" if sys.stderr.isatty() else "\n")
            show(table.lines(row, results, failed))
            ratios += table.ratios(row, results, failed).items()
            has_failed |= any(name not in peers.BY_NAME for name in failed)
        show(peers.line(absent))
    if "size" in others:
        show(("\n" if text else "") + sizes.table())
    if "counts" in others:
        figures = counts.count(_say, only_kept="--check" in flags)
        show(("\n" if text else "") + counts.table(figures))
        has_failed |= any("failure" in found for found in figures.values())
        if "--keep" in flags:
            counts.keep(figures)
        if "--check" in flags:
            if not shutil.which("valgrind"):
                _say("bench: no valgrind, so only allocations are compared\n")
            grown = counts.grown(figures)
    if "growth" in others:
        folder = growth.DOCS if "--append" in flags else servers.BUILT
        show(("\n" if text else "") + growth.measure_all(_say, folder))
        print(f"The drawings are {folder}/growth-*.svg.")
    if piped:
        show(("\n" if text else "") + pipes.table(piped, options["--rounds"], _say))
    if flooded:
        show(("\n" if text else "") + floods.table(flooded, options["--rounds"], _say))
    note = machine.note(before)
    print("\n" + note)
    if "--append" in flags:
        _append(arguments, text, note)
    if options["--ratios"]:
        with open(options["--ratios"], "w") as file:
            json.dump(ratios, file)
    for line in grown:
        print(f"bench: {line}", file=sys.stderr)
    return 1 if grown or has_failed else 0


def _runs(arguments, number, flags):
    """The same in so many processes, one after the other, and whether their ratios agree."""
    words, rest = [], list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--runs":
            rest.pop(0)
        elif word != "--append":
            words.append(word)
    runs = []
    before = machine.processor_times()
    for index in range(number):
        print(f"\nRun {index + 1} of {number}\n", flush=True)
        with tempfile.NamedTemporaryFile() as file:
            command = [sys.executable, os.path.join(servers.ROOT, "bench"), *words, "--ratios", file.name]
            if subprocess.run(command).returncode == 2:
                return 2
            with open(file.name) as written:
                runs.append({tuple(key): value for key, value in json.loads(written.read() or "[]")})
        words += ["--no-build"] if "--no-build" not in words else []
    text, note = table.agreement(runs), machine.note(before)
    print(f"\n{text}\n{note}")
    if "--append" in flags:
        _append(arguments, text, note)
    return 0


def _raise_limit():
    """Ten thousand connections take as many descriptors, in the server and in the generator."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(most, 20_000), max(most, 20_000)))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        if most < 11_000:
            _say(f"bench: only {most} descriptors are allowed; 10,000 connections will fail (ulimit -Hn)\n")


def _append(arguments, text, note):
    words = " ".join(["./bench", *(word for word in arguments if word != "--append")])
    path = os.path.join(servers.ROOT, "docs", "measurements.md")
    with open(path, "a") as file:
        file.write(f"\n### `{words}`, {time.strftime('%Y-%m-%d')}\n\n{note}\n\n{text}")
