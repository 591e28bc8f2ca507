"""Runs the servers and the load generator."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILT = os.path.join(ROOT, ".build", "bench")
# Of the servers and of the generator; where there is only one core they share it.
CORES = (min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0)))


class Failure(Exception):
    pass


def command(name):
    """What starts a server: the C ones by `c-NAME`, Swift ones by theirs, static ones by `NAME-static`."""
    first, *rest = name.split()
    return [program(first), *rest]


def program(name):
    if name.startswith("c-"):
        return os.path.join(BUILT, name)
    plain, _, static = name.partition("-")
    if plain in ("parley", "BareCore"):
        folder = "static" if static else ""
    else:
        folder = "benchmarks-static" if static else "benchmarks"
    return os.path.join(ROOT, ".build", folder, "release", plain)


def pinned(cores):
    return lambda: os.sched_setaffinity(0, cores)


class Server:
    """One server on cores of its own, which ends with its `with`."""

    PORT = re.compile(r"^(?:port |parley serves \S*:)(\d+)", re.MULTILINE)

    def __init__(self, name, wrapper=(), environment=None, cores=CORES[:1]):
        words = [*wrapper, *command(name)]
        self.output = tempfile.TemporaryFile(mode="w+")
        try:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                preexec_fn=pinned(cores), env={**os.environ, **(environment or {})})
        except OSError as error:
            raise Failure(f"{words[0]}: {error.strerror}") from None
        self.port = None
        deadline = time.monotonic() + 20
        while self.port is None:
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.end()
                raise Failure(f"{name} does not start: {self.text()[-300:]}")
            time.sleep(0.01)
            found = Server.PORT.search(self.text())
            if found:
                self.port = int(found.group(1))

    def text(self):
        self.output.seek(0)
        return self.output.read()

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end_in_order(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def load(mode, *settings, limit=120):
    """One run of the load generator; what it measured."""
    words = [os.path.join(BUILT, "load"), *mode.split(), f"core={CORES[1]}", *settings]
    try:
        result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failure(f"load {mode}: not done after {limit:.0f} s") from None
    if result.returncode != 0:
        raise Failure(result.stderr.strip())
    return json.loads(result.stdout)
