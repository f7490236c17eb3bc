"""`manage.py import_pilot FILE.csv --cohort NAME`: a list of invited businesses becomes submitted applications."""

import itertools
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import journal as audit
from accounts.csvlists import Refusal, Rejected, Row, UnreadableList, progress_bar
from accounts.errors import NotAllowed
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort
from accounts.verification import importing
from accounts.verification.pilot_list import Entry, judge, read


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
            progress_bar(path) as bar,
            Rejected(path, header, show=self.stdout if dry_run else None) as rejected,
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
