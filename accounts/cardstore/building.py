"""A store from nothing: everything the database says at one moment, in a folder that is seen when it is whole."""

from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction

from accounts.audit.journal import GENESIS
from accounts.cardstore import apikeys, generations, harvest
from accounts.cardstore.roll import Roll, cells_for
from accounts.cardstore.store import Cursor, filling
from accounts.display import queries


def build(progress: Callable[[int], object] = lambda count: None) -> Path:
    """The folder of the new generation; nobody is told of it yet.

    Raises OSError or lmdb.Error: no room; NotAllowed: no policy was published yet.
    """
    with generations.beginning() as path, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL statement_timeout = 0")  # a web worker's would end it
        reached, policy, keys = head(), queries.policy_in_force(), apikeys.all_of_them()
        with TemporaryDirectory(dir=path) as scratch:
            count = harvest.scatter(Path(scratch), progress)
            cells = cells_for(count)
            # Beside the cards, on another core; before LMDB is opened, whose map no fork may carry over.
            listing = get_context("fork").Process(target=_list, args=[path / "roll", cells, Path(scratch)])
            listing.start()
            with filling(path) as store:
                for entries in harvest.gather(Path(scratch)):
                    store.put(entries)
                store.describe(reached, policy, keys, cells=cells)
            listing.join()
            if listing.exitcode:
                raise OSError("the roll could not be written")
        return generations.finish(path)


def _list(file: Path, cells: int, scratch: Path) -> None:
    roll = Roll.create(file, cells)
    roll.fill(int.from_bytes(key, "big") for entries in harvest.gather(scratch) for key, _ in entries)
    roll.flush()


def head() -> Cursor:
    """The journal's last event, as this transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, digest FROM audit_event ORDER BY seq DESC LIMIT 1")
        found = cursor.fetchone()
    return Cursor(found[0], bytes(found[1])) if found else Cursor(0, GENESIS)
