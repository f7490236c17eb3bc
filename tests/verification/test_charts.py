"""Charts: well-formed SVG with a text alternative, whatever the numbers are."""

from typing import Any
from xml.etree import ElementTree

import pytest

from accounts.verification.charts import HEIGHT, WIDTH, Axis, Chart, Series, axis, lines, stacked_bars, strip

SVG = {"pattern", "rect", "path", "line", "circle", "text", "title", "desc", "g", "defs", "svg"}


def drawn(make: Any, labels: list[str], *values: list[Any]) -> tuple[Chart, ElementTree.Element]:
    series = [Series(f"series {place}", one) for place, one in enumerate(values)]
    chart = make("a-chart", "A chart", "What it says", unit="things", x="Day", labels=labels, series=series)
    return chart, ElementTree.fromstring(str(chart.svg))  # noqa: S314  # our own


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if name in element.get("class", "").split()]


@pytest.mark.parametrize("make", [stacked_bars, lines])
@pytest.mark.parametrize(
    "values",
    [[], [0], [3], [0, 0, 0], [1, 2, 3], [5] * 90, [1, 1, 2, 1, 1, 1, 10_000_000], [0.25], [1e-3, 5e-3]],
    ids=str,
)
def test_any_numbers_make_a_chart(make: Any, values: list[float]) -> None:
    _chart, svg = drawn(make, [str(place) for place in range(len(values))], values)
    assert {element.tag for element in svg.iter()} <= SVG
    for element in svg.iter():
        for name in ("x", "y", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy"):
            place = element.get(name)
            assert place is None or -20 <= float(place) <= max(WIDTH, HEIGHT), (name, place)
    assert len(of_class(svg, "zero")) == 1


@pytest.mark.parametrize("make", [stacked_bars, lines])
def test_a_chart_says_in_words_what_it_shows(make: Any) -> None:
    chart, svg = drawn(make, ["1 Mar", "2 Mar"], [1, 2], [3, None])
    assert svg.get("role") == "img"
    told = {element.get("id"): element.text for element in svg if element.tag in ("title", "desc")}
    assert told[svg.get("aria-labelledby")] == "A chart"
    assert told[svg.get("aria-describedby")] == "What it says"
    assert chart.rows == [("1 Mar", ["1", "3"]), ("2 Mar", ["2", "–"])]


@pytest.mark.parametrize("make", [stacked_bars, lines])
def test_nothing_in_it_needs_a_script_or_a_style(make: Any) -> None:
    _, svg = drawn(make, ["a"], [1], [2], [3])
    for element in svg.iter():
        assert not any(name == "style" or name.startswith("on") for name in element.keys())  # noqa: SIM118


def test_series_differ_by_more_than_their_colour() -> None:
    _, bars = drawn(stacked_bars, ["a"], [1], [2], [3])
    fills = {one.get("class"): one.get("fill") for one in of_class(bars, "bar")}
    assert len(set(fills.values())) == 3
    patterns = {f"url(#{one.get('id')})" for one in bars.iter("pattern")}
    assert {fill for fill in fills.values() if fill} == patterns
    _, both = drawn(lines, ["a", "b"], [1, 2], [2, 3])
    marks = {one.get("class"): one.tag for one in of_class(both, "dot")}
    assert marks == {"dot dot-0": "circle", "dot dot-1": "rect"}


def test_a_name_with_markup_is_text() -> None:
    chart = lines("x", "<script>", "</svg>&", unit="", x="", labels=["<b>"], series=[Series("<i>", [1])])
    svg = ElementTree.fromstring(str(chart.svg))  # noqa: S314  # our own
    assert {element.tag for element in svg.iter()} <= SVG
    assert "<script>" not in chart.svg and "&lt;script&gt;" in chart.svg


def test_without_data_the_chart_says_so() -> None:
    assert of_class(drawn(lines, ["a", "b"], [None, None])[1], "empty")
    assert of_class(drawn(stacked_bars, ["a"], [0])[1], "empty")
    assert not of_class(drawn(stacked_bars, ["a"], [1])[1], "empty")


def test_an_outlier_is_cut_off_and_its_number_written() -> None:
    for make in (lines, stacked_bars):
        _, svg = drawn(make, [str(place) for place in range(8)], [2, 3, 2, 4, 3, 2, 3, 900])
        assert [one.text for one in of_class(svg, "cut-label")] == ["900"]
    _, usual = drawn(lines, ["a", "b", "c", "d", "e"], [2, 3, 2, 4, 9])
    assert not of_class(usual, "cut-label")


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    _, svg = drawn(lines, list("abcde"), [1, 2, None, 3, 4])
    (path,) = [one for one in of_class(svg, "line") if len(one.get("d", "")) > 15]
    assert path.get("d", "").count("M") == 2 and len(of_class(svg, "dot")) == 4 + 1  # one is the legend's


@pytest.mark.parametrize(
    ("values", "whole", "expected"),
    [
        ([], True, Axis(4, 1)),
        ([0, 0], False, Axis(4, 1)),
        ([1], True, Axis(1, 1)),
        ([7], True, Axis(8, 2)),
        ([100], True, Axis(100, 50)),
        ([8.2], False, Axis(10, 5)),
    ],
)
def test_an_axis_has_round_steps(values: list[float], whole: bool, expected: Axis) -> None:
    assert axis(values, whole=whole) == expected


def test_at_most_eight_labels_stand_below() -> None:
    labels = [f"day {place}" for place in range(90)]
    _, svg = drawn(stacked_bars, labels, [1] * 90)
    assert len([one for one in svg.iter("text") if (one.text or "").startswith("day ")]) <= 8


def test_a_strip_is_decoration() -> None:
    svg = ElementTree.fromstring(str(strip(1.7)))  # noqa: S314  # our own
    assert svg.get("aria-hidden") == "true"
    assert max(float(one.get("width", "0")) for one in svg.iter("rect")) <= 99
