"""Builds what the chosen rows need, and nothing else."""
import os
import shutil
import subprocess

from . import servers

SOURCES = os.path.join(servers.ROOT, "Benchmarks")
STATIC = "-static"  # a program's name with this is linked with the static standard library


def build(names, say):
    """Builds the generator and the programs of these names; the words behind a name are its arguments."""
    os.makedirs(servers.BUILT, exist_ok=True)
    programs = {name.split()[0] for name in names}
    say("building the generator and the servers in C\n")
    _generator()
    for name in ("echo", "frames", "broadcast", "udp", "dial", "receive"):
        if "c-" + name in programs:
            _compile("c-" + name, [os.path.join(SOURCES, "C", name + ".c")])
    folder = os.path.join(SOURCES, "Sources")
    nested = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    for is_static in (False, True):
        suffix = STATIC if is_static else ""
        for name in ("parley", "BareCore"):
            if name + suffix in programs:
                say(f"building {name}{suffix}\n")
                _swift(["--package-path", servers.ROOT, "--product", name],
                       ".build/static" if is_static else ".build", is_static)
        wanted = sorted(name for name in nested if name + suffix in programs)
        for name in wanted:
            say(f"building {name}{suffix}\n")
            _swift(["--package-path", SOURCES, "--product", name],
                   ".build/benchmarks" + suffix, is_static)


def _generator():
    folder = os.path.join(SOURCES, "Load")
    sources = sorted(os.path.join(folder, name) for name in os.listdir(folder)
                     if name.endswith(".c") and name != "mallocs.c")
    _compile("load", sources)
    _compile("mallocs.so", [os.path.join(folder, "mallocs.c")], "-shared", "-fPIC")


def compiler():
    # Swift brings a clang, so that there is always one.
    found = next((word for word in ("gcc", "clang", "cc") if shutil.which(word)), None)
    if not found:
        raise servers.Failure("there is no C compiler; scripts/setup bench installs one")
    return found


def _compile(name, sources, *options):
    _run([compiler(), "-O2", "-Wall", "-Wextra", "-o", os.path.join(servers.BUILT, name),
          *options, *sources])


def _swift(words, scratch, is_static):
    command = ["swift", "build", "-c", "release", *words,
               "--scratch-path", os.path.join(servers.ROOT, scratch)]
    if is_static:
        command.append("--static-swift-stdlib")
    try:
        _run(command)
    except servers.Failure:
        _run(command)  # After files have moved in the package above, the first build misses them.


def _run(words):
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise servers.Failure(" ".join(words[:4]) + " … failed:\n" + result.stdout)
