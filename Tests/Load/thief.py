#!/usr/bin/env python3
"""Runs a command while the processors are taken away again and again, as a busy host does it to a virtual machine.

  thief.py [--share PART] [--most SECONDS] [--seed N] -- COMMAND ...

A program on each processor takes it for up to --most seconds at a time, and for --share of the time in all. They are
of real-time priority, for which one must be root; for anybody else the command is not run. The exit status is
the command's.
"""
import argparse, os, random, signal, subprocess, sys, time


def steal(processor, options):
    os.sched_setaffinity(0, {processor})
    draw = random.Random(options.seed * 1000 + processor)
    parent = os.getppid()
    while os.getppid() == parent:
        length = draw.uniform(0.005, options.most)
        end = time.monotonic() + length
        while time.monotonic() < end:
            pass
        time.sleep(length * (1 / options.share - 1))


def main():
    options = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    options.add_argument("--share", type=float, default=0.25)
    options.add_argument("--most", type=float, default=0.8)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("command", nargs="+")
    options = options.parse_args()
    thieves = []
    for processor in sorted(os.sched_getaffinity(0)):
        thief = os.fork()
        if thief == 0:
            steal(processor, options)
            os._exit(0)
        thieves.append(thief)
    try:
        try:
            for thief in thieves:
                os.sched_setscheduler(thief, os.SCHED_FIFO, os.sched_param(10))
        except PermissionError:
            print("thief: not run: only root may take processors away")
            return 0
        return subprocess.run(options.command).returncode
    finally:
        for thief in thieves:
            os.kill(thief, signal.SIGKILL)
            os.waitpid(thief, 0)


sys.exit(main())
