"""Instructions and allocations a message: figures that a busy machine does not change."""
import json
import os
import re
import shutil
import tempfile

from . import rows, servers

THRESHOLDS = os.path.join(servers.ROOT, "Benchmarks", "Thresholds.json")
GROWTH = 1.05


def lengths(operations):
    """How many messages the shorter and the longer run have: a line to many is work enough."""
    return (4_000, 24_000) if operations == 1 else (200, 1_700)


def instructions(load, name, operations):
    """Of two runs that differ only in how many messages there were."""
    if not shutil.which("valgrind"):
        return None
    few, many = lengths(operations)
    more = _callgrind(load, name, many * operations) - _callgrind(load, name, few * operations)
    return more / (many - few)


def _callgrind(load, name, count):
    with tempfile.NamedTemporaryFile(suffix=".callgrind") as file:
        wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={file.name}"]
        with servers.Server(name, wrapper) as server:
            servers.load(load, f"port={server.port}", f"count={count}")
            server.end_in_order()
        with open(file.name) as text:
            found = re.search(r"^(?:totals|summary): (\d+)", text.read(), re.MULTILINE)
    if not found:
        raise servers.Failure(f"callgrind says nothing about {name}")
    return int(found.group(1))


def allocations(load, name, operations):
    """In the last four fifths of a run, when buffers have grown to what they need."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(8))
        file.flush()
        environment = {"LD_PRELOAD": os.path.join(servers.BUILT, "mallocs.so"),
                       "BENCH_MALLOCS": file.name}
        with servers.Server(name, environment=environment) as server:
            found = servers.load(load, f"port={server.port}", f"mallocs={file.name}",
                                 f"count={lengths(operations)[1] * operations}")
    return found["mallocs"] * operations


def is_kept(title):
    """How many lines meet in a burst, and how a stream is cut, is chance; C is nobody's threshold."""
    return "burst" not in title and "stream" not in title and not title.startswith("C ")


def count(say, only_kept=False):
    """The table's figures by name."""
    figures = {}
    for title, (load, name, operations) in rows.COUNTS.items():
        if only_kept and not is_kept(title):
            continue
        try:
            made = instructions(load, name, operations)
            figures[title] = {
                "instructions": None if made is None else round(made, 1),
                "allocations": round(allocations(load, name, operations), 3)}
        except servers.Failure as failure:
            figures[title] = {"failure": str(failure)}
        say(".")
    return figures


def table(figures):
    text = "| Message | Instructions | Allocations |\n|---|--:|--:|\n"
    for title, found in figures.items():
        if "failure" in found:
            text += f"| {title} | {found['failure']} | |\n"
        else:
            made = found["instructions"]
            text += f"| {title} | {'no valgrind' if made is None else f'{made:,.0f}'} " \
                f"| {found['allocations']:.3f} |\n"
    return text


def keep(figures):
    kept = {title: found for title, found in figures.items() if is_kept(title)}
    with open(THRESHOLDS, "w") as file:
        json.dump(kept, file, indent=2)
        file.write("\n")


def grown(figures):
    """What has grown by more than 5 % over the committed thresholds, in words."""
    with open(THRESHOLDS) as file:
        limits = json.load(file)
    found = []
    for title, limit in limits.items():
        own = figures.get(title, {})
        if "failure" in own or not own:
            found.append(f"{title}: {own.get('failure', 'not measured')}")
            continue
        for kind in ("instructions", "allocations"):
            if own[kind] is None or limit.get(kind) is None:
                continue
            # Some hundredths of an allocation a message come and go with buffers that grow.
            room = 0.02 if kind == "allocations" else 0
            if own[kind] > limit[kind] * GROWTH + room:
                found.append(f"{title}: {own[kind]:g} {kind} a message, allowed are "
                             f"{limit[kind]:g} and 5 %")
    return found
