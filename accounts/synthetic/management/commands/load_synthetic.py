"""`manage.py load_synthetic --accounts N`: a large registry of made-up accounts, to measure and to try things on."""

import shutil
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, IntegrityError, connection
from tqdm import tqdm

from accounts.synthetic import loading, setting_aside
from accounts.synthetic.numbers import MOST

SET_ASIDE_FROM = 100_000  # accounts at once: fewer are written sooner than indexes are made again
INTERRUPTED = 130  # what a shell says of a process that Ctrl-C ended


class Command(BaseCommand):
    help = """\
Fill a registry with made-up accounts: N of them in all, counting those that are there already.

Their numbers begin with +999, which is assigned to nobody. Each has a business, a proven number, what the journal tells
of it, and, but for one in eight, a badge; all are listed, in every state that a card may be in. The i-th account is the
same on every machine; only its moments follow from when it was loaded. Nobody owns them, and they were never applied
for.

It runs as the database's owner, and on a test deployment only:

    REGISTRY_ROLE=owner .venv/bin/python manage.py load_synthetic --accounts 5000000

A registry may be in use meanwhile. From 100,000 accounts on, indexes and foreign keys are set aside and made again at
the end: until then searches and lists are slow (--keep-indexes leaves them, and takes several times as long).
Whatever ends it, Ctrl-C or kill -9, whole chunks stay; the same command goes on from there, and --finish only puts back
what was set aside."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--accounts", type=int, metavar="N", help="how many there are to be in all")
        what.add_argument(
            "--finish", action="store_true", help="put back the indexes that an interrupted load set aside"
        )
        parser.add_argument(
            "--name-keys",
            action="store_true",
            help="fill the index of look-alikes as well, which takes many times as long; without it, no new name is "
            "ever said to resemble one of these",
        )
        parser.add_argument(
            "--keep-indexes", action="store_true", help="slower, and nobody else notices anything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse_elsewhere()
        try:
            with loading.alone() as mine:
                if not mine:
                    raise CommandError(
                        "another load_synthetic is running on this database: wait until it has ended"
                    )
                self._run(options)
        except KeyboardInterrupt:
            connection.close()  # it may have been left in the middle of a COPY
            self.stderr.write(self._left(loading.loaded()))
            sys.exit(INTERRUPTED)
        except IntegrityError as wrong:
            raise CommandError(
                "something of these accounts is in this registry already, a number under +999 for instance, and was "
                f"not made by this command: use another database ({_first_line(wrong)})"
            ) from wrong
        except DatabaseError as wrong:
            raise CommandError(
                f"the database stopped it ({_first_line(wrong)}); the same command goes on"
            ) from wrong

    def _run(self, options: dict[str, Any]) -> None:
        before, wanted = loading.loaded(), options["accounts"]
        if wanted is not None:
            self._refuse_too_many(before, wanted, name_keys=options["name_keys"])
            if (
                wanted - before >= SET_ASIDE_FROM
                and not options["keep_indexes"]
                and not setting_aside.is_set_aside()
            ):
                setting_aside.set_aside()
            started = time.monotonic()
            with self._bar(wanted, before, "accounts") as bar:
                for there in loading.load(wanted, name_keys=options["name_keys"]):
                    bar.update(there - bar.n)
            took = time.monotonic() - started
            self.stdout.write(f"{wanted - before:,} accounts written in {took:.0f} s; {wanted:,} are there")
        started = time.monotonic()
        if setting_aside.is_set_aside():
            self._put_back()
        loading.gather_statistics()
        self.stdout.write(
            f"indexes, foreign keys and statistics are up to date, after {time.monotonic() - started:.0f} s"
        )

    def _put_back(self) -> None:
        with self._bar(0, 0, "indexes") as bar:
            for done, of in setting_aside.put_back():
                bar.total = of
                bar.update(done - bar.n)

    def _bar(self, total: int, done: int, unit: str) -> "tqdm[Any]":
        return tqdm(total=total, initial=done, unit=f" {unit}", disable=not sys.stderr.isatty())

    def _left(self, there: int) -> str:
        said = f"interrupted: {there:,} accounts are there; the same command goes on"
        if setting_aside.is_set_aside():
            said += ", and --finish only puts back the indexes that were set aside"
        return said

    def _refuse_elsewhere(self) -> None:
        if settings.DEPLOYMENT == "live":
            raise CommandError(
                "this is a live deployment (DEPLOYMENT=live): made-up accounts belong on a test deployment"
            )
        if not loading.may_alter_tables():
            raise CommandError("it needs the role that may alter tables: set REGISTRY_ROLE=owner")

    def _refuse_too_many(self, before: int, wanted: int, *, name_keys: bool) -> None:
        if not 0 < wanted <= MOST:
            raise CommandError(f"--accounts {wanted}: between 1 and {MOST:,} can be made")
        if wanted < before:
            raise CommandError(
                f"{before:,} are there already, and none is ever taken away: use another database"
            )
        host = connection.settings_dict["HOST"]
        if not _is_here(host):
            return  # nobody here knows how much room there is
        needed = (wanted - before) * (loading.BYTES_AN_ACCOUNT + name_keys * loading.BYTES_OF_NAME_KEYS)
        free = shutil.disk_usage(settings.VAR_DIR).free
        if needed > free:
            raise CommandError(
                f"{wanted - before:,} accounts need about {needed / 1e9:,.0f} GB of disk, and {free / 1e9:,.0f} GB are "
                "free: ask for fewer"
            )


def _first_line(error: Exception) -> str:
    """Behind it may stand what is in a row."""
    return str(error).partition("\n")[0]


def _is_here(host: str) -> bool:
    try:
        return host in ("", "localhost") or ip_address(host).is_loopback
    except ValueError:
        return host.startswith("/")  # a socket
