"""What was measured, as a table to read and a list to compare."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """`target` is None where the number only explains another one."""

    measure: str
    value: float
    unit: str
    target: str | None = None
    ok: bool = True


def held(measure: str, value: float, unit: str, relation: Literal["<", "<=", ">="], bound: float) -> Measure:
    """A measure with a target. The value is judged as it was measured, and rounded to be written down."""
    ok = {"<": value < bound, "<=": value <= bound, ">=": value >= bound}[relation]
    return Measure(measure, _rounded(value), unit, f"{relation} {bound:g}", ok)


def shown(measure: str, value: float, unit: str) -> Measure:
    return Measure(measure, _rounded(value), unit)


def failed(what: str) -> Measure:
    """That something could not be measured is a target missed, and no reason to measure nothing else."""
    return Measure(what, 1, "failure", "<= 0", False)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def table(measures: Sequence[Measure]) -> str:
    rows = [("measure", "value", "unit", "target", "")]
    for one in measures:
        verdict = ("ok" if one.ok else "MISSED") if one.target else ""
        rows.append((one.measure, f"{one.value:,.10g}", one.unit, one.target or "", verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column == 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |")
    rule = [("-" * (width + 1) + ":" if at == 1 else "-" * (width + 2)) for at, width in enumerate(widths)]
    return "\n".join([lines[0], "|" + "|".join(rule) + "|", *lines[1:]])


def write(path: Path, measures: Sequence[Measure]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in measures], indent=1) + "\n")
