"""Draws cost against size, both axes logarithmic, as SVG that reads well on light and on dark."""
import math

WIDTH, PLOT = 640, 260
LEFT, RIGHT, TITLE, LEGEND, BOTTOM = 76, 24, 40, 20, 52
# Of each line: its colour on light, on dark, and its dashes; told apart without colour, too.
LINES = [("#555555", "#bbbbbb", "6 4"), ("#0b62c4", "#6cb6ff", ""), ("#b5460f", "#ff9d5c", ""),
         ("#1a7f37", "#57d38c", "2 3")]


def draw(title, across, unit, points, slopes):
    """`points`: for each name a size and its cost; `slopes`: for each name that of its line."""
    sizes = sorted({size for own in points.values() for size in own})
    costs = [cost for own in points.values() for cost in own.values() if cost > 0]
    low, high = _decades(costs)
    left, right = math.log10(sizes[0]), math.log10(sizes[-1])
    top = TITLE + LEGEND * len(points)
    floor, height = top + PLOT, top + PLOT + BOTTOM

    def x(size):
        return LEFT + (math.log10(size) - left) / (right - left) * (WIDTH - LEFT - RIGHT)

    def y(cost):
        return floor - (math.log10(cost) - low) / (high - low) * PLOT
    text = _head(title, height)
    for power in range(low, high + 1):
        for part in range(1, 10):
            at = y(part * 10 ** power)
            if at < top - 0.5:
                break
            text += (f'<line class="{"grid" if part == 1 else "fine"}" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
                     f'y1="{at:.1f}" y2="{at:.1f}"/>\n')
        text += (f'<text class="tick" text-anchor="end" x="{LEFT - 8}" y="{y(10 ** power) + 4:.1f}">'
                 f'{_number(10 ** power)}</text>\n')
    for size in sizes:
        text += (f'<line class="grid" x1="{x(size):.1f}" x2="{x(size):.1f}" y1="{top}" '
                 f'y2="{floor}"/>\n<text class="tick" text-anchor="middle" x="{x(size):.1f}" '
                 f'y="{floor + 18}">{_number(size)}</text>\n')
    middle = (top + floor) / 2
    text += (f'<text class="label" text-anchor="middle" x="{(LEFT + WIDTH - RIGHT) / 2}" '
             f'y="{height - 12}">{across}</text>\n'
             f'<text class="label" text-anchor="middle" transform="translate(18 {middle}) rotate(-90)">'
             f'{unit}</text>\n')
    for index, (name, own) in enumerate(points.items()):
        text += _line(index, name, [(x(size), y(cost)) for size, cost in sorted(own.items()) if cost > 0],
                      slopes[name])
    return text + "</svg>\n"


def _decades(costs):
    """Whole powers of ten around all costs, at least two so that flat looks flat."""
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    return (low, high) if high - low >= 2 else (low, low + 2)


def _number(value):
    return f"{value:,}" if value >= 1 else f"{value:g}"


def _head(title, height):
    styles = "".join(f".s{index} {{ stroke: {light} }} .f{index} {{ fill: {light} }} "
                     for index, (light, _, _) in enumerate(LINES))
    dark = "".join(f".s{index} {{ stroke: {dark} }} .f{index} {{ fill: {dark} }} "
                   for index, (_, dark, _) in enumerate(LINES))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
<title>{title}</title>
<style>
text {{ font: 12px system-ui, sans-serif; fill: #24292f }}
.title {{ font-size: 15px; font-weight: 600 }}
.tick {{ fill: #57606a }}
.paper {{ fill: #ffffff }}
.grid {{ stroke: #c4ccd4; stroke-width: 1 }}
.fine {{ stroke: #eaeef2; stroke-width: 1 }}
.curve {{ fill: none; stroke-width: 2 }}
{styles}
@media (prefers-color-scheme: dark) {{
text {{ fill: #e6edf3 }} .tick {{ fill: #9aa4af }} .paper {{ fill: #0d1117 }}
.grid {{ stroke: #3a424b }} .fine {{ stroke: #1c232b }} {dark}
}}
</style>
<rect class="paper" width="{WIDTH}" height="{height}"/>
<text class="title" x="{LEFT}" y="26">{title}</text>
"""


def _line(index, name, places, steepness):
    style = LINES[index % len(LINES)]
    number = index % len(LINES)
    dashes = f' stroke-dasharray="{style[2]}"' if style[2] else ""
    text = ""
    if places:
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        text += f'<polyline class="curve s{number}"{dashes} points="{way}"/>\n'
        text += "".join(f'<circle class="f{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>\n' for x, y in places)
    said = "not above zero" if not places else "" if steepness is None else f"slope {steepness:+.2f}"
    at = TITLE + 14 + LEGEND * index
    text += (f'<line class="curve s{number}"{dashes} x1="{LEFT}" x2="{LEFT + 28}" y1="{at - 4}" '
             f'y2="{at - 4}"/>\n<text x="{LEFT + 38}" y="{at}">{name}: {said}</text>\n')
    return text
