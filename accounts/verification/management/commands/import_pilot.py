"""`manage.py import_pilot FILE.csv --cohort NAME`: a list of invited businesses becomes submitted applications."""

import csv
import filecmp
import itertools
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.audit import journal as audit
from accounts.errors import NotAllowed
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort
from accounts.verification import importing
from accounts.verification.pilot_list import (
    REFUSAL_COLUMNS,
    Entry,
    Refusal,
    Row,
    UnreadableList,
    judge,
    read,
)


class Command(BaseCommand):
    help = (
        "Import a list of invited businesses (CSV, UTF-8) into a cohort. Rows that can't be accepted are written, "
        "untouched, to FILE.rejected.csv behind the columns line, code and sentence: mend them there and import it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--cohort", required=True, help="its name; a cohort that does not exist is made")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                header, rows = read(file)
                self._import(path, file, header, rows, options["cohort"], dry_run=options["dry_run"])
        except OSError as wrong:
            raise CommandError(f"{wrong.filename or path}: {wrong.strerror}") from wrong
        except UnreadableList as wrong:
            raise CommandError(f"{path}: {wrong}") from wrong
        except NotAllowed as refusal:
            raise CommandError(f"cohort {options['cohort']!r}: {refusal.text.en}") from refusal

    def _import(
        self,
        path: Path,
        file: TextIOWrapper,
        header: list[str],
        rows: Iterator[Row],
        name: str,
        *,
        dry_run: bool,
    ) -> None:
        cohort = self._cohort(name, dry_run=dry_run)
        added = already_there = 0
        seen: dict[str, str] = {}  # what a dry run can't find in the database
        with (
            _progress_bar(path) as bar,
            _Rejected(path, header, show=self.stdout if dry_run else None) as rejected,
        ):
            while chunk := list(itertools.islice(rows, importing.CHUNK)):
                judged = [judge(row) for row in chunk]
                entries = [one for one in judged if isinstance(one, Entry)]
                if dry_run or cohort is None:
                    outcome = importing.preview(entries, cohort, seen)
                else:
                    outcome = importing.add(entries, cohort, by=audit.SYSTEM)
                refused = [one for one in judged if isinstance(one, Refusal)] + outcome.refused
                rejected.write(sorted(refused, key=lambda refusal: refusal.row.line))
                added += outcome.added
                already_there += outcome.already_there
                bar.update(os.lseek(file.fileno(), 0, os.SEEK_CUR) - bar.n)
        verb = "would be added" if dry_run else "added"
        self.stdout.write(f"{added} {verb}, {already_there} already there, {rejected.count} rejected")
        if rejected.count and not dry_run:
            self.stdout.write(f"the rejected rows, with the reasons: {rejected.path}")
        if rejected.earlier is not None:
            self.stdout.write(f"the file that was there is kept as {rejected.earlier}")

    def _cohort(self, name: str, *, dry_run: bool) -> Cohort | None:
        try:
            return pilot.find(name)
        except NotAllowed:
            self.stdout.write(
                f"cohort {name!r} does not exist yet: it {'would be' if dry_run else 'is'} made"
            )
            return None if dry_run else pilot.open_cohort(name, by=audit.SYSTEM)


class _Rejected:
    """FILE.rejected.csv: each refused row untouched behind line, code and sentence; or, for a dry run, the screen."""

    def __init__(self, source: Path, header: list[str], *, show: Any = None) -> None:
        self.path = source.with_name(f"{source.name.removesuffix('.csv')}.rejected.csv")
        self.count = 0
        self.earlier: Path | None = None  # where the file of an earlier import went
        self._kept = [position for position, name in enumerate(header) if name not in REFUSAL_COLUMNS]
        self._header = [header[position] for position in self._kept]
        self._show = show
        self._file: IO[str] | None = None

    def __enter__(self) -> "_Rejected":
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

    def write(self, refusals: list[Refusal]) -> None:
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


def _progress_bar(path: Path) -> "tqdm[NoReturn]":
    """Over the file's bytes; only on a terminal."""
    return tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=not sys.stderr.isatty())
