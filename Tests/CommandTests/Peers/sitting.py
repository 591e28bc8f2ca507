"""Somebody who sits at a terminal, which is pyte, and a program that runs there.

Whatever the program writes is shown piece by piece. Behind each piece the row that is typed and the cursor must be
those of something that was typed, and never of anything older than what was seen before."""
import fcntl, os, pty, re, select, struct, sys, termios, time, unicodedata
import pyte
from wcwidth import wcwidth

PAGE = b"\x1b[?1049h"  # The program's own page begins.
BACK = b"\x1b[?1049l"
# One drawing, from hiding the cursor to showing it, or a single sequence.
PIECE = re.compile(rb"\x1b\[\?25l.*?\x1b\[\?25h|(?!\x1b\[\?25l)\x1b\[[?0-9;]*[A-Za-z]|\x07", re.S)


class Terminal(pyte.Screen):
    def __init__(self, *size):
        self.answers, self.bells = [], 0
        super().__init__(*size)

    def write_process_input(self, data):
        self.answers.append(data)

    def bell(self, *args):
        self.bells += 1

    def draw(self, data):
        # pyte stops at a joiner or a selector; terminals go on.
        super().draw("".join(c for c in data if wcwidth(c) > 0 or unicodedata.combining(c)))

    def state(self):
        """All that a text of somebody else must not change."""
        margins = self.margins and (self.margins.top, self.margins.bottom)
        return (sorted(self.mode), self.title, self.icon_name, self.charset, self.g0_charset, self.g1_charset,
                margins in (None, (0, self.lines - 1)), sorted(self.tabstops), self.cursor.attrs, self.answers)

    def row(self, number):
        """The cells of a row, with how they look."""
        return [self.buffer[number][column] for column in range(self.columns)]

    def text(self, number):
        # The right half of a wide character is an empty cell.
        return "".join(cell.data for cell in self.row(number)).rstrip()


def cells(text):
    """The columns of a text as this terminal shows it."""
    result = []
    for scalar in text:
        width = wcwidth(scalar)
        if width > 0:
            result += [scalar, ""][:width]
        elif unicodedata.combining(scalar) and result:
            result[-1] = unicodedata.normalize("NFC", result[-1] + scalar)
        elif scalar == "\ufe0f" and result and result[-1]:
            result.append(" ")  # The form of two columns, which not every terminal has.
    return result


class Sitting:
    def __init__(self, arguments, columns, rows, prompt):
        self.screen = Terminal(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.prompt = prompt
        self.pending = b""
        self.pieces = self.redrawn = 0
        self.begun, self.settling = False, True
        # What may be seen: the last state that was, and those since. Each is the clusters around the cursor.
        self.typed = [([], [])]
        self.is_current = False
        self.pid, self.person = pty.fork()
        if self.pid == 0:
            self.set_size(0, columns, rows)
            os.environ["TERM"] = "xterm-256color"
            os.environ.pop("NO_COLOR", None)
            os.execv(arguments[0], arguments)

    @staticmethod
    def set_size(descriptor, columns, rows):
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def complain(self, why):
        shown = "\n".join("|%s|" % row for row in self.screen.display)
        sys.exit(f"{why}\nafter {self.pieces} pieces at {self.screen.columns}x{self.screen.lines}, cursor "
                 f"{self.screen.cursor.x},{self.screen.cursor.y}, typed {self.typed}\n{shown}")

    # What is seen.

    def read(self, limit):
        """Takes what is there, and looks behind each piece of it."""
        if not select.select([self.person], [], [], limit)[0]:
            return
        try:
            self.pending += os.read(self.person, 65536)
        except OSError:
            self.complain("the program has ended")
        if not self.pieces:
            # What is said before is the shell's.
            start = self.pending.find(PAGE)
            self.pending = self.pending[start:] if start >= 0 else self.pending[-len(PAGE):]
            if start < 0:
                return
        while piece := PIECE.match(self.pending):
            self.pending = self.pending[piece.end():]
            self.show(piece[0])
        if self.pending and self.pending[0] not in b"\x1b":
            self.complain(f"outside of a drawing: {self.pending[:80]!r}")

    def show(self, piece):
        self.stream.feed(piece)
        self.pieces += 1
        if len(piece) > 10 and b"\x1b[2J" in piece:
            self.redrawn += 1
            self.settling = False
        # The name is not known at once.
        self.begun = self.begun or self.screen.text(self.screen.lines - 1).startswith(self.prompt.rstrip())
        # Between a change of the size and what the program makes of it nothing can be said.
        if self.begun and not self.settling:
            self.check()

    def check(self):
        if self.screen.cursor.y != self.screen.lines - 1:
            self.complain("the cursor is not in the last row")
        row = self.screen.row(self.screen.lines - 1)
        if any(cell.reverse or cell.bold or cell.underscore or cell.fg != "default" for cell in row):
            self.complain("the row being typed is in somebody's style")
        seen = [cell.data for cell in row]
        places = [place for place, state in enumerate(self.typed) if seen == self.drawn(*state)]
        if not places:
            self.complain("the row being typed is damaged")
        # In a narrow row two states may look the same: then it may have been the older one.
        self.is_current = places[-1] == len(self.typed) - 1
        self.typed = self.typed[places[0]:]

    def drawn(self, before, after):
        """The row as it is with so much typed and the cursor where it is; None when it cannot be there."""
        columns = self.screen.columns
        head = cells(self.prompt)
        head = head if len(head) * 2 <= columns else []
        room = columns - len(head) - 1
        left, whole = len(cells("".join(before))), sum(len(cells(c)) for c in before + after)
        # A row that is too narrow shows a part, with the cursor in it.
        hidden = left - (self.screen.cursor.x - len(head))
        if hidden < 0 or left - hidden > room or hidden > 0 and whole <= room:
            return None
        row, column = head + [" "] * (columns - len(head)), -hidden
        for cluster in before + after:
            part = cells(cluster)
            if column + len(part) > room:
                break
            if column >= 0:
                row[len(head) + column:len(head) + column + len(part)] = part
            column += len(part)
        return row

    def until(self, condition, why):
        # Far longer than anything takes, so that a broken program ends the test before the test's own limit.
        end = time.monotonic() + 60
        while not condition():
            if time.monotonic() > end:
                self.complain("waited in vain for " + why)
            self.read(0.2)

    def settle(self):
        def is_settled():
            # What was typed and taken back at once is never drawn.
            if self.begun and not self.settling:
                self.check()
            return self.begun and not self.settling and self.is_current

        self.until(is_settled, "all that was typed")

    # What is done.

    def press(self, keys, before, after=()):
        if (list(before), list(after)) != self.typed[-1]:
            self.typed.append((list(before), list(after)))
            self.is_current = False
        os.write(self.person, keys.encode())

    def type(self, cluster):
        """Types one character of one or several scalars, each of which may be seen alone."""
        before, after = self.typed[-1]
        for end in range(1, len(cluster) + 1):
            self.press(cluster[end - 1], before + [cluster[:end]], after)

    def resize(self, columns, rows):
        self.settling = True
        self.screen.resize(lines=rows, columns=columns)
        self.set_size(self.person, columns, rows)

    def redraw(self):
        """Has everything drawn anew."""
        count = self.redrawn
        os.write(self.person, b"\x0c")
        self.until(lambda: self.redrawn > count, "a new drawing")

    def end(self, words):
        """Ctrl-D: the terminal is given back, and the last screenful stays."""
        os.write(self.person, b"\x05\x15\x04")
        rest = self.pending
        while True:
            if not select.select([self.person], [], [], 60)[0]:
                self.complain("Ctrl-D does not end it")
            try:
                if not (piece := os.read(self.person, 65536)):
                    break
            except OSError:
                break
            rest += piece
        if rest.count(BACK) != 1 or words not in rest[rest.find(BACK):]:
            self.complain(f"the terminal is not given back: {rest!r}")
        if os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]) != 0:
            self.complain("it did not end well")
