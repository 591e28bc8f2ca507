"""The talkers as another program of this folder uses them, and how two runs of theirs compare."""
import json, statistics, subprocess, sys
from pathlib import Path


class Crowd:
    def __init__(self, server, rate=5, size=100, clients=20):
        program = Path(__file__).with_name("talkers.py")
        words = [str(server.port), "--rate", str(rate), "--size", str(size), "--clients", str(clients)]
        self.process = subprocess.Popen(
            [sys.executable, "-B", program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)

    def begin(self, seconds):
        self.process.stdin.write(f"measure {seconds}\n")
        self.process.stdin.flush()

    def result(self):
        return json.loads(self.process.stdout.readline())

    def measure(self, seconds):
        self.begin(seconds)
        return self.result()

    def end(self):
        """What went missing: a count and examples."""
        self.process.stdin.close()
        found = self.result()
        self.process.wait()
        return found


# With fewer deliveries during which the host took nothing, a run shows nothing: its p99 would be of a few.
LEAST_CALM = 3000


def compare(verdict, without, beside, what, most=2):
    """Whether the p99 with the load beside it is within `most` times that without, over all pairs of calm runs."""
    middle = lambda runs: statistics.median(run["p99"] for run in runs)
    as_seen = f"as seen {middle(beside):.2f} and {middle(without):.2f} ms"
    pairs = [(a["calm"], b["calm"]) for a, b in zip(without, beside)
             if min(a["calm"]["count"], b["calm"]["count"]) >= LEAST_CALM]
    of = f"{len(pairs)} of {len(beside)} pairs"
    if not pairs:
        verdict.check(False, f"the host took too much time from this machine to compare p99s; {as_seen}")
    else:
        ratios = [b["p99"] / a["p99"] for a, b in pairs]
        verdict.check(
            statistics.median(ratios) <= most,
            f"p99 of the others beside {what} {middle([b for _, b in pairs]):.2f} ms, without"
            f" {middle([a for a, _ in pairs]):.2f} ms: {statistics.median(ratios):.2f} times"
            f" ({', '.join(f'{ratio:.2f}' for ratio in ratios)}), while the host took nothing, {of}; {as_seen}")
    worst = max(run["entry"] for run in beside)
    verdict.check(worst <= 1, f"a newcomer was in after at most {worst * 1000:.0f} ms")
