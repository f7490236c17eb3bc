"""The follower in the test's own process, step by step."""

from accounts.cardstore import following


def let_go(follower: following.Follower) -> None:
    assert follower.writer is not None
    follower.writer.close()
    follower.writer = None
