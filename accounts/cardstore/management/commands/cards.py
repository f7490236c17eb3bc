"""`manage.py cards …`: the store of cards of this machine."""

import signal
import sys
from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from accounts.cardstore import building, carrying, following, inspecting, orphans, verifying
from accounts.cardstore.errors import Damaged, Unusable
from accounts.errors import NotAllowed


class Command(BaseCommand):
    help = """\
The store of cards beside the web workers of this machine, from which they answer look-ups without the database.

`make run` starts its follower, which builds the store where there is none and keeps it up to date. An operator needs:

    manage.py cards status               which store is in use, how large it is, and how fresh
    manage.py cards verify               compare it with the database, number by number
    manage.py cards build                build it anew; look-ups go on meanwhile
    manage.py cards export FILE          a copy for another machine of the same registry
    manage.py cards import FILE          use such a copy instead of a build"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        verbs.add_parser("follow", help="apply the journal to the store, for ever; `make run` does it")
        build = verbs.add_parser("build", help="build a store from nothing; the follower takes it over")
        build.add_argument("--for", dest="parent", type=int, help=SUPPRESS)  # the process it ends with
        verbs.add_parser("status", help="which store is in use, how large it is, and how fresh")
        verify = verbs.add_parser(
            "verify", help="compare the store with the database; exit code 1 if they differ"
        )
        verify.add_argument("--sample", type=int, metavar="N", help="only N numbers, by chance")
        verify.add_argument(
            "--numbers", action="store_true", help="name the numbers that differ, which are personal data"
        )
        export = verbs.add_parser("export", help="write the store to one file, while it is in use")
        export.add_argument(
            "file", type=Path, help="it holds every listed number: treat it like the database"
        )
        bring = verbs.add_parser("import", help="use the store of another machine of this registry")
        bring.add_argument("file", type=Path, help="what `cards export` wrote there")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        connection.settings_dict["OPTIONS"].pop("pool", None)  # one connection; and helpers are forked
        try:
            getattr(self, f"_{verb}")(**options)
        except (Unusable, Damaged, carrying.NotImported) as wrong:
            raise CommandError(str(wrong)) from wrong
        except NotAllowed as refusal:
            raise CommandError(refusal.text.en) from refusal
        except (OSError, lmdb.Error) as wrong:
            raise CommandError(f"The disk can't be read or written: {wrong}") from wrong

    def _follow(self, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with following.the_only_one():
                following.Follower().run()
        except KeyboardInterrupt:
            return

    def _build(self, *, parent: int | None, verbosity: int, **options: Any) -> None:
        if parent is not None:
            orphans.end_with(parent)
        with self._bar(verbosity, unit=" cards") as bar:
            path = building.build(bar.update)
        if verbosity:
            self.stdout.write(f"Generation {path.name} is built. The follower takes it over.")

    def _status(self, **options: Any) -> None:
        for name, value in inspecting.status().items():
            self.stdout.write(f"{name + ':':<14}{value}")
        stale, no_more = (
            int(bound.total_seconds()) for bound in (settings.CARDS_STALE_AFTER, settings.CARDS_GIVE_UP_AFTER)
        )
        self.stdout.write(
            f"Past an age of {stale} s look-ups ask the database; where it is away, they say so,"
        )
        self.stdout.write(f"and past {no_more} s they are refused (503).")

    def _verify(self, *, sample: int | None, numbers: bool, verbosity: int, **options: Any) -> None:
        with self._bar(verbosity, unit=" numbers") as bar:
            found = verifying.verify(sample=sample, progress=bar.update)
        for difference in found.differences:
            number = f", {difference.number}" if numbers else ""
            self.stdout.write(f"{difference.what}: {difference.on}{number}")
        told = (
            f"{found.accounts} accounts, {found.records} records and {found.on_the_roll} numbers of the roll"
        )
        if found.count:
            kinds = "; ".join(f"{count} × {what}" for what, count in sorted(found.kinds.items()))
            raise CommandError(f"The store and the database differ, of {told}, {found.count} times: {kinds}.")
        self.stdout.write(f"The store equals the database at event {found.seq}: {told}.")

    def _export(self, *, file: Path, verbosity: int, **options: Any) -> None:
        with self._bar(verbosity, unit=" cards") as bar:
            count, seq = carrying.export(file, bar.update)
        self.stdout.write(f"{count} cards as of event {seq} are in {file}.")

    def _import(self, *, file: Path, verbosity: int, **options: Any) -> None:
        with self._bar(verbosity, unit=" cards") as bar:
            path = carrying.bring_in(file, bar.update)
        self.stdout.write(f"Generation {path.name} is imported. The follower takes it over.")

    @contextmanager
    def _bar(self, verbosity: int, *, unit: str) -> Iterator[Any]:
        with tqdm(unit=unit, disable=None if verbosity else True) as bar:
            yield bar
