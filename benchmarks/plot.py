"""Draws cost against size as SVG, with logarithmic axes."""

import math

import measure
import rows

# What there is to draw: title, what the axes are.
PLOTS = {
    "timers": ("Cancel and start a timer", "timers outstanding", "ns of CPU an operation"),
    "flight": ("A task with an empty body", "tasks in flight", "ns a task"),
    "connections": ("Echo of 64 bytes, callbacks", "connections", "ns of CPU a message"),
}
# Told apart without their colours, too: by the shape of the points.
STYLES = {
    "raw": ("#777777", "M-4,-4L4,4M-4,4L4,-4"),
    "rondo": ("#c0392b", "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0"),
    "libuv": ("#2471a3", "M-4,-4H4V4H-4Z"),
    "asio": ("#1e8449", "M0,-5L5,4H-5Z"),
    "node": ("#af7ac5", "M0,-5L5,0L0,5L-5,0Z"),
    "go": ("#b9770e", "M0,5L5,-4H-5Z"),
}
WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 80, 100, 40, 60


class Axis:
    """From values to places, by powers of ten."""

    def __init__(self, values, begin, end):
        self._first = math.floor(math.log10(min(values)) + 1e-9)
        self._last = max(math.ceil(math.log10(max(values)) - 1e-9), self._first + 1)
        self._begin = begin
        self._scale = (end - begin) / (self._last - self._first)

    def at(self, value):
        return round(self._begin + (math.log10(value) - self._first) * self._scale, 1)

    def ticks(self):
        return [10.0**power for power in range(self._first, self._last + 1)]


def _text(x, y, text, anchor="middle", more=""):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{more}>{text}</text>'


def _label(value):
    if value < 1:
        return f"{value:g}"
    return f"{value:,.0f}".replace(",", " ")


def _frame(title, x_title, y_title, x_axis, y_axis):
    bottom = HEIGHT - BOTTOM
    right = WIDTH - RIGHT
    lines = [_text((LEFT + right) / 2, 22, title, more=' font-size="16"')]
    for value in x_axis.ticks():
        x = x_axis.at(value)
        lines.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" stroke="#dddddd"/>')
        lines.append(_text(x, bottom + 18, _label(value)))
    for value in y_axis.ticks():
        y = y_axis.at(value)
        lines.append(f'<line x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#dddddd"/>')
        lines.append(_text(LEFT - 6, y + 4, _label(value), "end"))
    lines.append(_text((LEFT + right) / 2, HEIGHT - 16, x_title))
    turned = f' transform="rotate(-90 18 {(TOP + bottom) / 2})"'
    lines.append(_text(18, (TOP + bottom) / 2, y_title, more=turned))
    return lines


def _line(column, points, x_axis, y_axis):
    """`points` are (x, (median, least, most))."""
    color, shape = STYLES[column]
    places = [(x_axis.at(x), y_axis.at(y)) for x, (y, _, _) in points]
    path = " ".join(f"{x},{y}" for x, y in places)
    lines = [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>']
    for (x, (_, least, most)), (place_x, place_y) in zip(points, places):
        ends = f'y1="{y_axis.at(least)}" y2="{y_axis.at(most)}"'
        lines.append(f'<line x1="{place_x}" x2="{place_x}" {ends} stroke="{color}"/>')
        lines.append(
            f'<path d="{shape}" transform="translate({place_x} {place_y})" fill="{color}" '
            f'stroke="{color}"/>'
        )
    return lines


def _legend(columns):
    lines = []
    for index, column in enumerate(columns):
        color, shape = STYLES[column]
        x, y = WIDTH - RIGHT + 22, TOP + 14 + 22 * index
        lines.append(
            f'<path d="{shape}" transform="translate({x} {y})" fill="{color}" stroke="{color}"/>'
        )
        lines.append(_text(x + 12, y + 4, rows.TITLES[column], "start"))
    return lines


def draw(name, series):
    """The SVG of {column: [(x, (median, least, most))]}."""
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, spread in points for y in spread]
    x_axis = Axis(xs, LEFT, WIDTH - RIGHT)
    y_axis = Axis(ys, HEIGHT - BOTTOM, TOP)
    title, x_title, y_title = PLOTS[name]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *_frame(title, x_title, y_title, x_axis, y_axis),
    ]
    # Ours last, on top of the others.
    for column in sorted(series, key=lambda column: column == "rondo"):
        lines += _line(column, series[column], x_axis, y_axis)
    lines += _legend(series)
    return "\n".join([*lines, "</svg>", ""])


def _series(results, name):
    series = {}
    chosen = [result for result in results if result.row.plot and result.row.plot[0] == name]
    for result in sorted(chosen, key=lambda result: result.row.plot[1]):
        for column, spread in measure.spread(result.runs, result.row.figures[0]).items():
            if min(spread) > 0:
                series.setdefault(column, []).append((result.row.plot[1], spread))
    return {column: series[column] for column in rows.COLUMNS if column in series}


def write_all(results, folder):
    """Writes the plots into `folder`; returns what the document says of them."""
    text = []
    for name, (title, x_title, _) in PLOTS.items():
        series = _series(results, name)
        if not any(len(points) > 1 for points in series.values()):
            continue
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.svg").write_text(draw(name, series), encoding="utf-8")
        text.append(f"![{title}, by {x_title}]({folder.name}/{name}.svg)\n")
    return "\n".join(["## Cost against size\n", *text]) if text else ""
