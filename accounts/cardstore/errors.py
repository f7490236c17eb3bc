"""What may be wrong with a store. None of it reaches a client: the database answers instead."""

import lmdb


class Damaged(Exception):
    """The store holds what nobody wrote."""


# What LMDB raises where a page is not what it wrote: as good as Damaged. A page that leads back to itself is a full
# cursor, one that lost a flag an incompatible database, and behind a broken root each transaction is a bad one.
BROKEN = (
    lmdb.CorruptedError,
    lmdb.PageNotFoundError,
    lmdb.InvalidError,
    lmdb.VersionMismatchError,
    lmdb.CursorFullError,
    lmdb.IncompatibleError,
    lmdb.BadDbiError,
    lmdb.BadTxnError,
)


class Unusable(Exception):
    """There is no store, or it is of another registry, of another format, or truncated. Says which."""
