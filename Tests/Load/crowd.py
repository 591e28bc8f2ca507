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


def compare(verdict, without, beside, what, most=2):
    """Whether the p99 with the load beside it is within `most` times that without, over all pairs."""
    ratios = [b["p99"] / a["p99"] for a, b in zip(without, beside)]
    middle = lambda runs, key: statistics.median(run[key] for run in runs)
    verdict.check(
        statistics.median(ratios) <= most,
        f"p99 of the others beside {what} {middle(beside, 'p99'):.2f} ms, without "
        f"{middle(without, 'p99'):.2f} ms: {statistics.median(ratios):.2f} times"
        f" ({', '.join(f'{ratio:.2f}' for ratio in ratios)})")
    worst = max(run["entry"] for run in beside)
    verdict.check(worst <= 1, f"a newcomer was in after at most {worst * 1000:.0f} ms")
