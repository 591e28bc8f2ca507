"""Runs a row's servers in turns."""
import json
import subprocess
from statistics import median

from . import peers, servers


def measure(row, rounds, seconds, say):
    """The results of each server, one a round; servers that fail say why and drop out."""
    rounds = row.rounds or rounds
    results = {name: [] for name in row.servers}
    failed = {}
    turn = _dial if row.load == "dial" else _turn
    if row.by == "ms" or row.fresh:
        for number in range(rounds):
            for name in row.servers:
                if name not in failed and peers.has_turn(name, number):
                    _try(name, results, failed, lambda name=name: _fresh(row, name))
            say(".")
        return results, failed
    running = {}
    try:
        for name in row.servers:
            try:
                running[name] = _start(row, name)
            except servers.Failure as failure:
                failed[name] = str(failure)
        for number in range(rounds):
            for name, server in running.items():
                if name in failed or not peers.has_turn(name, number):
                    continue
                _try(name, results, failed, lambda server=server, name=name: turn(
                    row, name, server, seconds))
            say(".")
    finally:
        for server in running.values():
            server.end()
    return results, failed


def _start(row, name):
    if row.load == "dial":  # Who dials is measured, against a server on the generator's core.
        return servers.Server("c-echo", cores=servers.CORES[1:])
    return servers.Server(name, cores=servers.CORES) if row.is_spread else peers.server(name)


def _try(name, results, failed, body):
    try:
        results[name].append(body())
    except servers.Failure as failure:
        failed[name] = str(failure)


def _turn(row, name, server, seconds):
    return servers.load(_load(row, name), f"port={server.port}",
                        f"pid={peers.measured(name, server)}", f"seconds={seconds}", "warm=0.15",
                        limit=peers.limit(name, seconds))


def _load(row, name):
    """What the generator is told: the broadcast in C knows lines only, and nobody enters."""
    mode = " ".join(
        word for word in [*row.load.split(), row.only.get(name, "")]
        if name != "c-broadcast" or not word.startswith(("chat=", "forms=")))
    return peers.load(name, mode)


def _dial(row, name, server, seconds):
    words = [*servers.command(name), str(server.port), str(seconds)]
    try:
        result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                timeout=seconds + 20, preexec_fn=servers.pinned(servers.CORES[:1]))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise servers.Failure(str(error)) from None
    if result.returncode != 0:
        raise servers.Failure(result.stdout.strip()[-200:])
    return json.loads(result.stdout)


def _fresh(row, name):
    if row.by == "ms":
        return servers.load(row.load, f"pin={servers.CORES[0]}", "--", *peers.command(name))
    with peers.server(name) as server:
        return servers.load(_load(row, name), f"port={server.port}", f"pid={server.process.pid}")


def ratio(by, results, first, name):
    """The ratio of medians to the first server, and the least and greatest of single rounds."""
    if by not in ("rate", "cpu", "p99", "bytes", "ms") or not results[name] or not results[first]:
        return None
    # More messages are better and more time is not: a CPU ratio is turned round, so that 1 is C's
    # speed and more is faster, as in the table. Latency, memory and start are as they are.
    def of(one, other):
        return other / one if by == "cpu" else one / other
    own, other = [x[by] for x in results[name]], [x[by] for x in results[first]]
    pairs = [of(a, b) for a, b in zip(own, other) if a and b]
    if not pairs or not median(own) or not median(other):
        return None
    return of(median(own), median(other)), min(pairs), max(pairs)
