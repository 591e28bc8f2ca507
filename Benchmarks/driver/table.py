"""The tables: of a row's results, and of the ratios of several runs."""
from statistics import median

from .measure import ratio

HEADER = (
    "| Row | Server | A second | Ratio | (rounds) | CPU ns | CPU ratio | p50 µs | p99 µs | p999 µs "
    "| Busy | Load | Target |\n|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|---|\n")


def lines(row, results, failed):
    return "".join(_lines(row, judgement, results, failed) for judgement in row.judgements())


def _lines(row, judgement, results, failed):
    title, by, target = judgement
    text = ""
    for name in row.servers:
        cells = [title, name.replace("127.0.0.1:", "").replace("|", "")]
        own = results[name]
        if name in failed or not own:
            text += "| " + " | ".join(cells) + f" | {failed.get(name, 'nothing')} |\n"
            continue
        text += "| " + " | ".join(
            cells + _cells(by, results, row.servers[0], name) + [target]) + " |\n"
    return text


def _cells(by, results, first, name):
    own = results[name]

    def middle(key, form, scale=1.0, of=own):
        return format(median(x[key] for x in of) / scale, form) if key in own[0] else ""
    compared = ratio(by, results, first, name)
    shown = [f"{compared[0]:.2f}", f"{compared[1]:.2f}..{compared[2]:.2f}"] if compared else ["", ""]
    if by in ("bytes", "ms"):
        amount = middle("ms", ",.2f") + " ms" if by == "ms" else middle("bytes", ",.0f") + " B"
        return [amount, *shown, "", "", "", "", "", "", ""]
    cpu = ratio("cpu", results, first, name)
    return [
        middle("rate", ",.0f"), *shown, *([middle("cpu", ",.1f"), f"{cpu[0]:.2f}"] if cpu else ["", ""]),
        *(middle(key, ",.0f", 1000.0) if own[0].get(key) else "" for key in ("p50", "p99", "p999")),
        middle("busy", ".2f") if cpu else "", middle("own", ".2f")]


def ratios(row, results, failed):
    """What several runs are compared by: (row's name, server) -> the ratio and its spread."""
    found = {}
    for title, by, _ in row.judgements():
        for name in row.servers[1:]:
            compared = None if name in failed else ratio(by, results, row.servers[0], name)
            if compared:
                found[title, name] = compared
    return found


def agreement(runs):
    """The ratios of runs in separate processes, and whether each lies within the spread of all others."""
    text = "| Row | Server | " + " | ".join(f"Run {n + 1}" for n in range(len(runs))) + " | Agree |\n"
    text += "|---|---|" + "---|" * len(runs) + "---|\n"
    agreeing = total = 0
    for key in dict.fromkeys(key for run in runs for key in run):
        found = [run[key] for run in runs if key in run]
        middles = [one[0] for one in found]
        agree = (len(found) == len(runs) and max(one[1] for one in found) <= min(middles)
                 and max(middles) <= min(one[2] for one in found))
        agreeing += agree
        total += 1
        cells = [f"{run[key][0]:.2f} ({run[key][1]:.2f}..{run[key][2]:.2f})" if key in run else "failed"
                 for run in runs]
        text += "| " + " | ".join([key[0], key[1].replace("127.0.0.1:", ""), *cells,
                                   "yes" if agree else "no"]) + " |\n"
    return text + f"\n{agreeing} of {total} agree: each run's ratio lies within every run's spread.\n"
