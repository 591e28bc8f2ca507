"""Runs a row's servers in turns, and makes a table of it."""
from statistics import median

from . import peers, servers


def measure(row, rounds, seconds, say):
    """The results of each server, one a round; servers that fail say why and drop out."""
    rounds = row.rounds or rounds
    results = {name: [] for name in row.servers}
    failed = {}
    if row.by == "ms" or row.fresh:
        for number in range(rounds):
            for name in row.servers:
                if name not in failed and peers.has_turn(name, number):
                    _try(name, results, failed, lambda name=name: _fresh(row, name))
        return results, failed
    running = {}
    try:
        for name in row.servers:
            try:
                running[name] = peers.server(name)
            except servers.Failure as failure:
                failed[name] = str(failure)
        for number in range(rounds):
            for name, server in running.items():
                if name in failed or not peers.has_turn(name, number):
                    continue
                _try(name, results, failed, lambda server=server, name=name: _turn(
                    row, name, server, seconds))
    finally:
        for server in running.values():
            server.end()
    say(".")
    return results, failed


def _try(name, results, failed, body):
    try:
        results[name].append(body())
    except servers.Failure as failure:
        failed[name] = str(failure)


def _turn(row, name, server, seconds):
    # The broadcast in C knows lines only, and nobody enters.
    mode = " ".join(
        word for word in row.load.split()
        if name != "c-broadcast" or not word.startswith(("chat=", "forms=")))
    return servers.load(peers.load(name, mode), f"port={server.port}", f"pid={server.process.pid}",
                        f"seconds={seconds}", "warm=0.15", limit=peers.limit(name, seconds))


def _fresh(row, name):
    if row.by == "ms":
        return servers.load(row.load, "--", *peers.command(name))
    with peers.server(name) as server:
        return servers.load(peers.load(name, row.load), f"port={server.port}", f"pid={server.process.pid}")


# How a figure is written, and whether more of it is better.
FIGURES = {"rate": True, "cpu": False, "p99": False, "bytes": False, "ms": False}


def ratio(row, results, name):
    """The ratio of medians to the first server, and the least and greatest of single rounds."""
    first = results[row.servers[0]]
    own = results[name]
    # More messages are better and more time is not: a CPU ratio is turned round, so that 1 is C's
    # speed and more is faster, as in the table. Latency, memory and start are as they are.
    flip = row.by == "cpu"
    def of(one, other):
        return one / other if not flip else other / one
    if not own or not first or not median([x[row.by] for x in first]):
        return None
    pairs = [of(a[row.by], b[row.by]) for a, b in zip(own, first) if a[row.by] and b[row.by]]
    whole = of(median(x[row.by] for x in own), median(x[row.by] for x in first))
    return whole, min(pairs), max(pairs)


HEADER = (
    "| Row | Server | A second | Ratio | (rounds) | CPU ns | CPU ratio | p50 µs | p99 µs | p999 µs "
    "| Busy | Target |\n|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|---|\n")


def lines(row, results, failed):
    text = ""
    for name in row.servers:
        cells = [row.name, name.replace("127.0.0.1:", "").replace("|", "")]
        own = results[name]
        if name in failed or not own:
            text += "| " + " | ".join(cells) + f" | {failed.get(name, 'nothing')} |\n"
            continue
        def middle(key):
            return median(x[key] for x in own)
        compared = ratio(row, results, name)
        shown = f"{compared[0]:.2f}" if compared else ""
        spread = f"{compared[1]:.2f}..{compared[2]:.2f}" if compared else ""
        if row.by in ("bytes", "ms"):
            amount = f"{middle(row.by):,.2f} ms" if row.by == "ms" else f"{middle('bytes'):,.0f} B"
            cells += [amount, shown, spread, "", "", "", "", "", "", row.target]
        else:
            first = results[row.servers[0]]
            cpu = median(x["cpu"] for x in first) / middle("cpu") if first else 0
            cells += [
                f"{middle('rate'):,.0f}", shown, spread, f"{middle('cpu'):,.1f}", f"{cpu:.2f}",
                *(f"{middle(key) / 1000:,.0f}" for key in ("p50", "p99", "p999")),
                f"{middle('busy'):.2f}", row.target]
        text += "| " + " | ".join(cells) + " |\n"
    return text
