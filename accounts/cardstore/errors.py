"""What may be wrong with a store. None of it reaches a client: the database answers instead."""


class Damaged(Exception):
    """The store holds what nobody wrote."""


class Unusable(Exception):
    """There is no store, or it is of another registry, of another format, or truncated. Says which."""
