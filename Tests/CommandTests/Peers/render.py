#!/usr/bin/env python3
"""What a person sees after these bytes: COLUMNS ROWS; bytes on stdin, rows of the screen on stdout.

The last line is the place of the cursor, as COLUMN ROW."""
import sys
import pyte

screen = pyte.Screen(int(sys.argv[1]), int(sys.argv[2]))
pyte.ByteStream(screen).feed(sys.stdin.buffer.read())
for row in screen.display:
    print(row.rstrip())
print(screen.cursor.x, screen.cursor.y)
