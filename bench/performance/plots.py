"""Plots as SVG, drawn from the table's figures: lines over a logarithmic axis, and bars beside each other."""

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 40, 45
COLORS = ("#0b6e99", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#be185d")


def lines(title: str, across: str, up: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Both axes are logarithmic: what grows in proportion rises evenly, and what does not grow is flat."""
    points = [point for one in series.values() for point in one if point[1] > 0]
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    low_y, high_y = _decades(min(y for _, y in points), max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        over = math.log10(x / low_x) / max(math.log10(high_x / low_x), 1e-9)
        above = math.log10(max(y, low_y) / low_y) / math.log10(high_y / low_y)
        return LEFT + over * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - above * (HEIGHT - TOP - BOTTOM)

    drawn = [_text(LEFT, 22, title, size=14), _text(LEFT, HEIGHT - 8, across), _text(8, TOP - 8, up)]
    drawn += [
        _text(place(x, low_y)[0], HEIGHT - BOTTOM + 16, f"{x:,.0f}", anchor="middle")
        for x in sorted({x for x, _ in points})
    ]
    step = low_y
    while step <= high_y * 1.001:
        y = place(low_x, step)[1]
        drawn.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#8884" stroke-width="1"/>'
        )
        drawn.append(_text(LEFT - 6, y + 4, f"{step:g}", anchor="end"))
        step *= 10
    for number, (name, one) in enumerate(series.items()):
        color, placed = COLORS[number % len(COLORS)], [place(*point) for point in one]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in placed]
        drawn.append(_text(WIDTH - RIGHT + 12, TOP + 18 * number, name, color=color))
    return _svg(drawn, HEIGHT)


def bars(title: str, unit: str, values: Mapping[str, float]) -> str:
    height = TOP + 34 * len(values) + 10
    most = max(values.values()) or 1.0
    drawn = [_text(12, 22, f"{title} ({unit})", size=14)]
    for number, (name, value) in enumerate(values.items()):
        y, color = TOP + 34 * number, COLORS[number % len(COLORS)]
        length = value / most * (WIDTH - 330)
        drawn.append(f'<rect x="220" y="{y}" width="{length:.1f}" height="22" fill="{color}"/>')
        drawn.append(_text(212, y + 16, name, anchor="end"))
        drawn.append(_text(226 + length, y + 16, f"{value:,.3g}"))
    return _svg(drawn, height)


def _decades(low: float, high: float) -> tuple[float, float]:
    first, last = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
    return first, last if last > first else first * 10


def _text(
    x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", color: str = "#777"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{color}" '
        f'font-family="sans-serif">{escape(text)}</text>'
    )


def _svg(drawn: Sequence[str], height: int) -> str:
    inner = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
        f"{inner}\n</svg>\n"
    )
