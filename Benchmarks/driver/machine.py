"""What was measured on, and how quiet it was."""
import os
import platform
import subprocess


def processor_times():
    with open("/proc/stat") as file:
        fields = [int(word) for word in file.readline().split()[1:]]
    own = os.times()
    return sum(fields[:8]), fields[3] + fields[4], sum(own[:4])


def note(before):
    """What was measured on, and how much of it others took: they make every figure doubtful."""
    after = processor_times()
    all_time, idle, own = (b - a for a, b in zip(before, after))
    ticks = os.sysconf("SC_CLK_TCK")
    others = max(0.0, 1 - idle / all_time - own * ticks / all_time) if all_time else 0
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                      if line.startswith("model name")), platform.machine())
    swift = subprocess.run(["swift", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           text=True).stdout.split("(")[0].strip()
    return (f"{os.cpu_count()} cores, {processor}, Linux {platform.release().split('-')[0]}, {swift}. "
            f"Other programs took {others:.0%} of the processor meanwhile"
            + ("; run it again when nothing else does." if others > 0.05 else "."))
