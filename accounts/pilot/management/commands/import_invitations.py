"""`manage.py import_invitations FILE.csv --cohort NAME`: each contact of a list gets a link by e-mail or SMS."""

import itertools
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import journal as audit
from accounts.csvlists import Refusal, Rejected, Row, UnreadableList, progress_bar, read
from accounts.errors import DomainError
from accounts.people import languages
from accounts.pilot import services as pilot
from accounts.pilot.invitations import DAYS, expiry
from accounts.pilot.inviting import CHUNK, Invitee, beyond_places, invitee
from accounts.pilot.models import Cohort
from accounts.sentences import SENTENCES

CONTACT, LANGUAGE = "contact", "language"


class Command(BaseCommand):
    help = (
        "Invite a list of contacts (CSV, UTF-8, with the column contact: e-mail address or phone number; and, where "
        "wanted, language: id or en) to a cohort. Who has an invitation that is still good gets no other. Rows that "
        "can't be accepted are written, untouched, to FILE.rejected.csv behind the columns line, code and sentence: "
        "mend them there and import it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--cohort", required=True, help="its name or id")
        parser.add_argument("--days", type=int, default=DAYS, help=f"that the links are good for ({DAYS})")
        parser.add_argument("--dry-run", action="store_true", help="say which rows are refused, send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            cohort, until = pilot.find(options["cohort"]), expiry(options["days"])
            with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                header, rows = read(file, [CONTACT])
                self._import(path, file, header, rows, cohort, until, dry_run=options["dry_run"])
        except OSError as wrong:
            raise CommandError(f"{wrong.filename or path}: {wrong.strerror}") from wrong
        except UnreadableList as wrong:
            raise CommandError(f"{path}: {wrong}") from wrong
        except DomainError as refusal:
            raise CommandError(f"{options['cohort']!r}: {refusal.text.en}") from refusal

    def _import(
        self,
        path: Path,
        file: TextIOWrapper,
        header: list[str],
        rows: Iterator[Row],
        cohort: Cohort,
        until: datetime,
        *,
        dry_run: bool,
    ) -> None:
        sent = already_there = 0
        with (
            progress_bar(path) as bar,
            Rejected(path, header, show=self.stdout if dry_run else None) as rejected,
        ):
            while chunk := list(itertools.islice(rows, CHUNK)):
                judged = [judge(row, cohort) for row in chunk]
                rejected.write([one for one in judged if isinstance(one, Refusal)])
                invitees = [one for one in judged if isinstance(one, Invitee)]
                if dry_run:
                    sent += len(invitees)
                else:
                    outcome = pilot.invite_many(cohort, invitees, expires_at=until, by=audit.SYSTEM)
                    sent += len(outcome.sent)
                    already_there += outcome.already_there
                bar.update(os.lseek(file.fileno(), 0, os.SEEK_CUR) - bar.n)
        verb = "could be invited" if dry_run else "invited"
        self.stdout.write(f"{sent} {verb}, {already_there} invited already, {rejected.count} rejected")
        if rejected.count and not dry_run:
            self.stdout.write(f"the rejected rows, with the reasons: {rejected.path}")
        if rejected.earlier is not None:
            self.stdout.write(f"the file that was there is kept as {rejected.earlier}")
        if beyond := beyond_places(cohort):
            self.stdout.write(f"{beyond} more are invited than the cohort has places")


def judge(row: Row, cohort: Cohort) -> Invitee | Refusal:
    """The contact of a row, or the code of what is wrong with it."""
    if not row.complete:
        return _refused(row, "row_incomplete")
    if not row.is_utf8:
        return _refused(row, "row_not_utf8")
    language = row.values.get(LANGUAGE, "").strip() or languages.INDONESIAN
    try:
        return invitee(row.values[CONTACT], language, country=cohort.country)
    except DomainError as wrong:
        return _refused(row, wrong.code)


def _refused(row: Row, code: str) -> Refusal:
    return Refusal(row, code, SENTENCES[code])
