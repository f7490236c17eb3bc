"""A store from nothing: everything the database says at one moment, in a folder that is seen when it is whole."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction

from accounts.cardstore import apikeys, generations, harvest
from accounts.cardstore.roll import Roll, cells_for
from accounts.cardstore.store import Cursor, filling
from accounts.display import queries


def build(progress: Callable[[int], object] = lambda count: None) -> Path:
    """The folder of the new generation; nobody is told of it yet.

    Raises OSError or lmdb.Error: no room; NotAllowed: no policy was published yet.
    """
    count = 0
    with generations.beginning() as path, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL statement_timeout = 0")  # a web worker's would end it
        reached, policy, keys = head(), queries.policy_in_force(), apikeys.all_of_them()
        with filling(path) as store, TemporaryDirectory(dir=path) as scratch:
            for entries in harvest.harvest(Path(scratch), progress):
                store.put(entries)
                count += len(entries)
            store.describe(reached, policy, keys)
            roll = Roll.create(path / "roll", cells_for(count))
            roll.fill(store.numbers())
        roll.flush()
        return generations.finish(path)


def head() -> Cursor:
    """The journal's last event, as this transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, digest FROM audit_event ORDER BY seq DESC LIMIT 1")
        found = cursor.fetchone()
    return Cursor(found[0], bytes(found[1])) if found else Cursor(0, bytes(32))
