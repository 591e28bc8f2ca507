"""Builds the servers and the load generator, and runs them."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILT = os.path.join(ROOT, ".build", "bench")
SWIFT = os.path.join(ROOT, ".build", "benchmarks", "release")
PARLEY = os.path.join(ROOT, ".build", "release", "parley")


class Failure(Exception):
    pass


def command(name):
    """What starts a server: the C ones by `c-NAME`, those of the nested package by theirs."""
    words = name.split()
    if words[0].startswith("c-"):
        return [os.path.join(BUILT, words[0])] + words[1:]
    if words[0] == "parley":
        return [PARLEY] + words[1:]
    if words[0].endswith(".py"):
        path = os.path.join(ROOT, "Benchmarks", "Peers", words[0])
        return [sys.executable, path] + words[1:]
    if os.path.exists(os.path.join(SWIFT, words[0])):
        return [os.path.join(SWIFT, words[0])] + words[1:]
    return words


def build():
    os.makedirs(BUILT, exist_ok=True)
    sources = os.path.join(ROOT, "Benchmarks")
    load = sorted(
        os.path.join(sources, "Load", name)
        for name in os.listdir(os.path.join(sources, "Load"))
        if name.endswith(".c") and name != "mallocs.c"
    )
    compiler = ["gcc", "-O2", "-Wall", "-Wextra", "-o"]
    _run(compiler + [os.path.join(BUILT, "load")] + load)
    _run(compiler + [os.path.join(BUILT, "mallocs.so"), "-shared", "-fPIC",
                     os.path.join(sources, "Load", "mallocs.c")])
    for name in ("echo", "frames", "broadcast", "udp"):
        _run(compiler + [os.path.join(BUILT, "c-" + name), os.path.join(sources, "C", name + ".c")])
    nested = ["swift", "build", "-c", "release", "--package-path", sources,
              "--scratch-path", os.path.join(ROOT, ".build", "benchmarks")]
    try:
        _run(nested)
    except Failure:
        _run(nested)  # After files have moved in the package above, the first build misses them.
    _run(["swift", "build", "-c", "release", "--package-path", ROOT, "--product", "parley"])


def _run(words):
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise Failure(" ".join(words[:4]) + " … failed:\n" + result.stdout)


class Server:
    """One server on core 0, which ends with its `with`."""

    PORT = re.compile(r"^(?:port |parley serves \S*:)(\d+)", re.MULTILINE)

    def __init__(self, name, wrapper=(), environment=None):
        words = ["taskset", "-c", "0", *wrapper, *command(name)]
        self.output = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
            env={**os.environ, **(environment or {})})
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
    words = [os.path.join(BUILT, "load"), *mode.split(), "core=1", *settings]
    try:
        result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failure(f"load {mode}: not done after {limit:.0f} s") from None
    if result.returncode != 0:
        raise Failure(result.stderr.strip())
    return json.loads(result.stdout)
