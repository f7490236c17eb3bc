"""Lists that staff bring as CSV: read row by row, whatever their length; what is refused is written beside them.

A row is judged by whoever imports it. What can't be accepted stands, untouched, in FILE.rejected.csv behind the
columns line, code and sentence: it is mended there, and that file imported.
"""

import csv
import filecmp
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from tqdm import tqdm

from accounts.text import Text

REFUSAL_COLUMNS = (
    "line",
    "code",
    "sentence",
)  # before a refused row's own; ignored when it is imported again


class UnreadableList(Exception):
    """The file as a whole can't be imported; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file. `line` is where it begins, the header being line 1."""

    line: int
    cells: list[str]
    values: dict[str, str]
    complete: bool

    @property
    def is_utf8(self) -> bool:
        """Of a file that was opened with `surrogateescape`."""
        return not any("\ud800" <= character <= "\udfff" for cell in self.cells for character in cell)


@dataclass(frozen=True, slots=True)
class Refusal:
    row: Row
    code: str
    sentence: Text


def read(file: IO[str], columns: Sequence[str]) -> tuple[list[str], Iterator[Row]]:
    """The header and the rows of a CSV file, blank lines left out. Raises UnreadableList: a column is missing."""
    lines = _Lines(file)
    reader = csv.reader(lines)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as wrong:
        raise UnreadableList(f"the first line can't be read: {wrong}") from wrong
    missing = [name for name in columns if name not in header]
    if missing:
        raise UnreadableList(f"the first line has to name the columns; missing: {', '.join(missing)}")
    return header, _rows(reader, lines, header)


class _Lines:
    """The file's lines, with those of the present row kept for the case that the row can't be read."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.count = 0
        self.present: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self.count += 1
        self.present.append(line)
        return line


def _rows(reader: Iterator[list[str]], lines: _Lines, header: list[str]) -> Iterator[Row]:
    while True:
        lines.present.clear()
        begins = lines.count + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field without end, say
            yield Row(begins, ["".join(lines.present).rstrip("\r\n")], {}, complete=False)
            continue
        if any(cell.strip() for cell in cells):
            yield Row(
                begins, cells, dict(zip(header, cells, strict=False)), complete=len(cells) == len(header)
            )


class Rejected:
    """FILE.rejected.csv: each refused row untouched behind line, code and sentence; or, for a dry run, the screen."""

    def __init__(self, source: Path, header: list[str], *, show: Any = None) -> None:
        self.path = source.with_name(f"{source.name.removesuffix('.csv')}.rejected.csv")
        self.count = 0
        self.earlier: Path | None = None  # where the file of an earlier import went
        self._kept = [position for position, name in enumerate(header) if name not in REFUSAL_COLUMNS]
        self._header = [header[position] for position in self._kept]
        self._show = show
        self._file: IO[str] | None = None

    def __enter__(self) -> "Rejected":
        return self

    def __exit__(self, *exception: object) -> None:
        """Replace the file of an earlier import only now: the file that is being read may be that one."""
        if self._file is not None:
            self._file.close()
            if self.path.exists() and not filecmp.cmp(self._file.name, self.path, shallow=False):
                self._keep_the_earlier_one()
            os.replace(self._file.name, self.path)

    def _keep_the_earlier_one(self) -> None:
        """Somebody may have mended rows in it."""
        others = (self.path.with_name(f"{self.path.stem}.{number}.csv") for number in itertools.count(1))
        self.earlier = next(other for other in others if not other.exists())
        self.path.rename(self.earlier)

    def write(self, refusals: Sequence[Refusal]) -> None:
        for refusal in refusals:
            self.count += 1
            sentence = f"{refusal.sentence.id} / {refusal.sentence.en}"
            if self._show is not None:
                self._show.write(f"line {refusal.row.line}: {refusal.code}: {sentence}")
            else:
                self._writer().writerow(
                    [refusal.row.line, refusal.code, sentence, *self._untouched(refusal.row)]
                )

    def _untouched(self, row: Row) -> list[str]:
        """The row's own cells, without the three columns of an earlier refusal."""
        if not row.values:
            return row.cells
        return [row.cells[position] for position in self._kept if position < len(row.cells)] + row.cells[
            self._width :
        ]

    @property
    def _width(self) -> int:
        return max(self._kept) + 1

    def _writer(self) -> Any:
        if self._file is None:
            self._file = open(  # noqa: SIM115  # closed by __exit__
                f"{self.path}.part", "w", encoding="utf-8-sig", errors="surrogateescape", newline=""
            )
            csv.writer(self._file).writerow([*REFUSAL_COLUMNS, *self._header])
        return csv.writer(self._file)


def progress_bar(path: Path) -> "tqdm[NoReturn]":
    """Over the file's bytes; only on a terminal."""
    return tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=not sys.stderr.isatty())
