"""Charts as inline SVG: drawn here, styled by `figures.css`, so that no script and no inline style is needed.

What tells two series apart is a pattern or a dash besides the colour. Each chart carries its numbers as a table too.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 40, 34  # margins: the axes' numbers, the legend
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LABELS_ON_X = 8
OUTLIER = 8  # times the usual: such a value is cut off at the top and its number written there
ENOUGH_FOR_USUAL = 5  # values, before one of them can be called an outlier

Value = int | float | None


@dataclass(frozen=True)
class Series:
    label: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Chart:
    """`unit` is told in the table's heading; `rows` is the text alternative: the label of x, then a value a series."""

    name: str
    title: str
    description: str
    unit: str
    x: str
    labels: Sequence[str]
    series: Sequence[Series]
    svg: SafeString

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        return [
            (label, [shown(one.values[place]) for one in self.series])
            for place, label in enumerate(self.labels)
        ]


@dataclass(frozen=True)
class Axis:
    """From 0 to `top` in steps of `step`; a value above it is drawn as far as it goes."""

    top: float
    step: float

    @property
    def ticks(self) -> list[float]:
        return [place * self.step for place in range(round(self.top / self.step) + 1)]

    def height(self, value: float) -> float:
        return min(value / self.top, 1.0) * PLOT_HEIGHT


def shown(value: Value) -> str:
    if value is None:
        return "–"
    return number_format(value if isinstance(value, int) else round(value, 1), use_l10n=True)


def axis(values: Sequence[float], *, whole: bool) -> Axis:
    """Round steps that fit the values; `whole` where halves make no sense."""
    positive = sorted(value for value in values if value > 0)
    if not positive:
        return Axis(4, 1)
    largest, usual = positive[-1], positive[int(0.9 * (len(positive) - 1))]
    if len(positive) >= ENOUGH_FOR_USUAL and largest > OUTLIER * usual:
        largest = usual * 1.5
    rough = largest / 4
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * magnitude for nice in (1, 2, 5, 10) if nice * magnitude >= rough)
    step = max(step, 1.0) if whole else step
    return Axis(math.ceil(round(largest / step, 9)) * step, step)


def stacked_bars(
    name: str, title: str, description: str, *, unit: str, x: str, labels: Sequence[str], series: list[Series]
) -> Chart:
    """One bar a label, a part of it a series; for counts."""
    totals = [sum(one.values[place] or 0 for one in series) for place in range(len(labels))]
    scale = axis(totals, whole=True)
    slot = PLOT_WIDTH / max(len(labels), 1)
    wide = min(slot * 0.8, 40)
    drawn = []
    for place, total in enumerate(totals):
        left, bottom = LEFT + slot * place + (slot - wide) / 2, float(HEIGHT - BOTTOM)
        for kind, one in enumerate(series):
            high = scale.height(one.values[place] or 0) if total <= scale.top else 0
            if total > scale.top:  # an outlier keeps its proportions
                high = PLOT_HEIGHT * (one.values[place] or 0) / total
            if high:
                bottom -= high
                drawn.append(_bar(name, kind, left, bottom, wide, high))
        if total > scale.top:
            drawn.append(_cut(left + wide / 2, total))
    patterns = _tag("defs", _together(_patterns(name)))
    legend = _legend([(one.label, _swatch(name, kind)) for kind, one in enumerate(series)])
    body = [patterns, _grid(scale), _x_labels(labels), *drawn, *legend]
    return Chart(
        name, title, description, unit, x, labels, series, _svg(name, title, description, body, any(totals))
    )


def lines(
    name: str, title: str, description: str, *, unit: str, x: str, labels: Sequence[str], series: list[Series]
) -> Chart:
    """A line a series; it has a gap where there is no value."""
    values = [value for one in series for value in one.values if value is not None]
    scale = axis(values, whole=False)
    slot = PLOT_WIDTH / max(len(labels), 1)
    drawn: list[SafeString] = []
    for kind, one in enumerate(series):
        points = [
            None if value is None else (LEFT + slot * (place + 0.5), HEIGHT - BOTTOM - scale.height(value))
            for place, value in enumerate(one.values)
        ]
        drawn.append(_tag("path", d=_path(points), class_=f"line line-{kind}"))
        drawn += [_dot(kind, *point) for point in points if point is not None]
        for point, value in zip(points, one.values, strict=True):
            if point is not None and value is not None and value > scale.top:
                drawn.append(_cut(point[0], value))
    legend = _legend([(one.label, _stroke(kind)) for kind, one in enumerate(series)])
    body = [_grid(scale), _x_labels(labels), *drawn, *legend]
    return Chart(
        name, title, description, unit, x, labels, series, _svg(name, title, description, body, bool(values))
    )


def strip(share: float) -> SafeString:
    """A bar from 0 to 1 beside a number that says the same: decoration for the eye."""
    whole = _tag("rect", x=0.5, y=0.5, width=99, height=9, class_="strip-all")
    part = _tag("rect", x=0.5, y=0.5, width=99 * min(max(share, 0.0), 1.0), height=9, class_="strip-part")
    return _tag(
        "svg", whole + part, viewBox="0 0 100 10", class_="strip", aria_hidden="true", focusable="false"
    )


def _svg(name: str, title: str, description: str, body: list[SafeString], has_data: bool) -> SafeString:
    if not has_data:
        middle = {"x": LEFT + PLOT_WIDTH / 2, "y": TOP + PLOT_HEIGHT / 2, "text_anchor": "middle"}
        body = [*body, _tag("text", gettext("Nothing in this period."), class_="empty", **middle)]
    told = [_tag("title", title, id=f"{name}-title"), _tag("desc", description, id=f"{name}-desc")]
    return _tag(
        "svg",
        _together([*told, *body]),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
        class_="chart",
    )


def _grid(scale: Axis) -> SafeString:
    parts = []
    for tick in scale.ticks:
        y = HEIGHT - BOTTOM - scale.height(tick)
        parts.append(_tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid" if tick else "zero"))
        written = shown(round(tick) if scale.step >= 1 else float(f"{tick:.3g}"))
        parts.append(_tag("text", written, x=LEFT - 6, y=y + 4, text_anchor="end"))
    return _together(parts)


def _x_labels(labels: Sequence[str]) -> SafeString:
    every = max(math.ceil(len(labels) / LABELS_ON_X), 1)
    slot = PLOT_WIDTH / max(len(labels), 1)
    return _together(
        _tag("text", label, x=LEFT + slot * (place + 0.5), y=HEIGHT - BOTTOM + 18, text_anchor="middle")
        for place, label in enumerate(labels)
        if place % every == 0
    )


def _bar(name: str, kind: int, x: float, y: float, width: float, height: float) -> SafeString:
    place: dict[str, Any] = {"x": x, "y": y, "width": width, "height": height}
    if kind == 0:
        return _tag("rect", class_="bar bar-0", **place)
    return _tag("rect", class_=f"bar bar-{kind}", fill=f"url(#{name}-pattern-{kind})", **place)


def _patterns(name: str) -> list[SafeString]:
    """The fill by its address on the page is an attribute: an address in a style sheet would be the sheet's own."""
    size = {"width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    hatch = _tag("path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", class_="hatch-1")
    dots = _tag("circle", cx=3, cy=3, r=1.8, class_="hatch-2")
    return [
        _tag("pattern", drawn, id=f"{name}-pattern-{kind}", **size)
        for kind, drawn in enumerate((hatch, dots), start=1)
    ]


def _swatch(name: str, kind: int) -> SafeString:
    return _bar(name, kind, 0, -10, 18, 12)


def _stroke(kind: int) -> SafeString:
    return _tag("path", d="M0,-4 H18", class_=f"line line-{kind}") + _dot(kind, 9, -4)


def _legend(entries: list[tuple[str, SafeString]]) -> list[SafeString]:
    parts, x = [], float(LEFT)
    for label, drawn in entries:
        written = _tag("text", label, x=24, y=0)
        parts.append(_tag("g", drawn + written, transform=f"translate({x:.0f},18)"))
        x += 40 + 7.5 * len(label)
    return parts


def _dot(kind: int, x: float, y: float) -> SafeString:
    if kind == 0:
        return _tag("circle", cx=x, cy=y, r=3, class_="dot dot-0")
    return _tag("rect", x=x - 3, y=y - 3, width=6, height=6, class_=f"dot dot-{kind}")


def _cut(x: float, value: float) -> SafeString:
    """What rises above the axis says how far."""
    mark = _tag("path", d=f"M{x - 5:.1f},{TOP} l5,-7 l5,7 z", class_="cut")
    side = {"x": min(max(x, LEFT + 20), WIDTH - RIGHT - 20), "y": TOP - 9, "text_anchor": "middle"}
    return mark + _tag("text", shown(value), class_="cut-label", **side)


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    steps, pen_down = [], False
    for point in points:
        if point is not None:
            steps.append(f"{'L' if pen_down else 'M'}{point[0]:.1f},{point[1]:.1f}")
        pen_down = point is not None
    return " ".join(steps)


def _together(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _tag(tag: str, inner: str = "", **attributes: object) -> SafeString:
    """An element; `class_` and `text_anchor` are written class and text-anchor."""
    written = [
        (name.rstrip("_").replace("_", "-"), f"{value:.1f}" if isinstance(value, float) else value)
        for name, value in attributes.items()
    ]
    return format_html("<{0}{1}>{2}</{0}>", tag, format_html_join("", ' {}="{}"', written), inner)
