#!/usr/bin/env python3
"""Checks that each line on stdin is a JSON object of one event; prints the values of some fields."""
import json, sys

for number, line in enumerate(sys.stdin.buffer.read().split(b"\n")[:-1], 1):
    try:
        event = json.loads(line.decode("ascii"))
        assert isinstance(event["time"], str) and isinstance(event["event"], str)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        sys.exit(f"line {number}: {error!r}: {line!r}")
    for field in ("nick", "to", "room"):
        if field in event:
            print(field, ascii(event[field]))
