"""How large the programs are, with the standard library beside them or in them."""
import os
import shutil
import subprocess
import tempfile

from . import servers

PROGRAMS = ["c-echo", "EchoServer", "EchoServer-static", "parley", "parley-static"]


def table():
    text = "| Program | Bytes | Stripped |\n|---|--:|--:|\n"
    for name in PROGRAMS:
        path = servers.program(name)
        if not os.path.exists(path):
            text += f"| {name} | not built | |\n"
            continue
        text += f"| {name} | {os.path.getsize(path):,} | {_stripped(path)} |\n"
    return text


def _stripped(path):
    if not shutil.which("strip"):
        return "no strip"
    with tempfile.NamedTemporaryFile() as file:
        result = subprocess.run(["strip", "-o", file.name, path], stderr=subprocess.DEVNULL)
        return f"{os.path.getsize(file.name):,}" if result.returncode == 0 else "strip failed"
