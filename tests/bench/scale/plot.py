"""Cost against size as an SVG, readable on light and on dark: both axes logarithmic, a line for each way."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 80, 560, 64, 340  # of the field; to its right stand the names of the lines
# Told apart without colour as well, by dashes and marks. Both reach a contrast of 3 to 1 on white and on #0d1117.
STYLES = (("ours", ""), ("theirs", "7 5"), ("third", "2 4"))
CSS = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; }
.grid { stroke: #d1d9e0; }
.line { fill: none; stroke-width: 2.5; }
.ours { stroke: #0969da; } .theirs { stroke: #bc4c00; } .third { stroke: #8250df; }
.mark.ours { fill: #0969da; } .mark.theirs { fill: #bc4c00; } .mark.third { fill: #8250df; }
.ground { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .grid { stroke: #3d444d; } .ground { fill: #0d1117; }
  .ours { stroke: #58a6ff; } .theirs { stroke: #f0883e; } .third { stroke: #bc8cff; }
  .mark.ours { fill: #58a6ff; } .mark.theirs { fill: #f0883e; } .mark.third { fill: #bc8cff; }
}
"""


def drawn(lines: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """Of each line, accounts and microseconds of CPU a look-up, web worker and PostgreSQL together."""
    points = [point for line in lines.values() for point in line]
    across = _Axis([size for size, _ in points], LEFT, RIGHT, spare=0.15)
    # A cost that the clock can't tell from nothing has no place on a logarithmic axis.
    up = _Axis([max(cost, 1) for _, cost in points], BOTTOM, TOP, whole=True)
    parts = [*_ground(lines), *_grid(across, up, sorted({size for size, _ in points}))]
    for (name, line), (kind, dashes) in zip(lines.items(), STYLES, strict=False):
        places = [(across.place(size), up.place(max(cost, 1))) for size, cost in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line {kind}" stroke-dasharray="{dashes}" points="{path}"/>')
        for (x, y), (_, cost) in zip(places, line, strict=True):
            parts.append(f'<circle class="mark {kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
            parts.append(f'<text x="{x:.1f}" y="{y - 11:.1f}" text-anchor="middle">{_short(cost)}</text>')
        parts.append(f'<text x="{RIGHT + 12}" y="{places[-1][1] + 4:.1f}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


class _Axis:
    def __init__(
        self, values: Sequence[float], start: float, end: float, *, spare: float = 0, whole: bool = False
    ) -> None:
        low, high = log10(min(values)) - spare, log10(max(values)) + spare
        self.low: float = floor(low) if whole else low
        self.high: float = max(ceil(high), self.low + 1) if whole else high
        self.start, self.end = start, end

    def place(self, value: float) -> float:
        share = (log10(value) - self.low) / max(self.high - self.low, 0.1)
        return self.start + share * (self.end - self.start)


def _ground(lines: Mapping[str, Sequence[tuple[int, float]]]) -> list[str]:
    title = "CPU time of a look-up against the number of accounts"
    told = "; ".join(
        f"{name}: " + ", ".join(f"{_short(cost)} µs at {size:,}" for size, cost in line)
        for name, line in lines.items()
    )
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">{title}</title>',
        f'<desc id="d">{escape(told)}</desc>',
        f"<style>{CSS}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="26">{title}</text>',
        f'<text x="{LEFT}" y="46">µs a look-up, web worker and PostgreSQL together</text>',
    ]


def _grid(across: _Axis, up: _Axis, sizes: Sequence[int]) -> list[str]:
    parts = []
    for power in range(int(up.low), int(up.high) + 1):
        y = up.place(10**power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{10**power:,}</text>')
    for size in sizes:
        x = across.place(size)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 44}" text-anchor="middle">accounts</text>')
    return parts


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
