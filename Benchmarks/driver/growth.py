"""Cost against size: nothing may grow that need not, and a drawing shows it."""
import math
import os
from dataclasses import dataclass
from statistics import median

from . import drawing, measure, rows, servers

SIZES = (10, 100, 1_000, 10_000)
ROUNDS, SECONDS = 3, 0.4
DOCS = os.path.join(servers.ROOT, "docs")


@dataclass
class Chart:
    name: str
    title: str
    size: str   # what grows
    unit: str
    load: str
    servers: dict  # what starts it -> its name in the legend
    figure: str = "cpu"
    scale: object = None  # of a size: what the figure is multiplied by
    most: dict = None     # the greatest size of a server, where it is not the greatest of all


def _fan(size):
    # A smaller window for many, so that what is under way stays what sockets hold.
    return rows.fan(size, min(4, max(1, size // 5)), "window=8" if size > 1_000 else "")


RELAY = {"c-broadcast": "C", rows.RELAY: "parley --relay", rows.CHAT: "parley, room with names"}
# Everybody is told of everybody who enters: the ten-thousandth join alone is as many deliveries.
MOST = {rows.CHAT: 1_000}

CHARTS = [
    Chart("echo", "Processor time of an echoed message", "connections", "ns",
          lambda size: f"echo connections={size}", {"c-echo": "C", "EchoServer": "EchoServer"}),
    Chart("delivery", "Processor time of a delivery", "members", "ns", _fan, RELAY, most=MOST),
    Chart("line", "Processor time of a line to all", "members", "ns", _fan, RELAY,
          scale=lambda size: size - 1, most=MOST),
    Chart("idle", "Resident memory of an idle connection", "connections", "bytes",
          lambda size: f"idle connections={size} warm=0.2",
          {"c-echo": "C", "BareCore": "core alone", "EchoServer": "EchoServer, a task each",
           rows.CROWD: "parley, a client of a room"}, figure="bytes"),
]
PROGRAMS = [name for chart in CHARTS for name in chart.servers]


def measure_all(say, folder):
    """Runs everything, draws into the folder, and makes the table."""
    text, done = "", {}
    for chart in CHARTS:
        points = {}
        for size in SIZES:
            for name, value in _at(chart, size, done, say).items():
                points.setdefault(chart.servers[name], {})[size] = value
        path = os.path.join(folder, f"growth-{chart.name}.svg")
        with open(path, "w") as file:
            file.write(drawing.draw(chart.title, chart.size, chart.unit, points,
                                    {name: slope(own) for name, own in points.items()}))
        text += _table(chart, points)
    return text


def _at(chart, size, done, say):
    """What it costs at one size, for each server; two charts may show the same runs."""
    load = chart.load(size)
    if load not in done:
        names = [name for name in chart.servers if size <= (chart.most or {}).get(name, size)]
        row = rows.Row(load, load, names, fresh=chart.figure == "bytes", by=chart.figure, rounds=ROUNDS,
                       only={rows.CHAT: "chat=1", rows.CROWD: "chat=1"})
        results, failed = measure.measure(row, ROUNDS, SECONDS, say)
        for name, why in failed.items():
            say(f"\n{name}, {size} {chart.size}: {why}\n")
        done[load] = {name: own for name, own in results.items() if own and name not in failed}
    factor = chart.scale(size) if chart.scale else 1
    return {name: median(x[chart.figure] for x in own) * factor for name, own in done[load].items()}


def slope(points):
    """Of the line of least squares through the logarithms; 0 is flat, 1 is linear."""
    pairs = [(math.log10(size), math.log10(value)) for size, value in points.items() if value > 0]
    if len(pairs) < 2:
        return None
    middle = [sum(values) / len(pairs) for values in zip(*pairs)]
    return (sum((x - middle[0]) * (y - middle[1]) for x, y in pairs)
            / sum((x - middle[0]) ** 2 for x, _ in pairs))


def _table(chart, points):
    text = f"| {chart.title}, {chart.unit} | " + " | ".join(f"{size:,}" for size in SIZES)
    text += " | Slope |\n|---|" + "--:|" * (len(SIZES) + 1) + "\n"
    for name, own in points.items():
        steepness = slope(own)
        cells = [f"{own[size]:,.0f}" if size in own else "" for size in SIZES]
        cells.append("" if steepness is None else f"{steepness:+.2f}")
        text += f"| {name} | " + " | ".join(cells) + " |\n"
    return text + "\n"
