"""What is asked for: numbers drawn by chance from the made-up accounts, the same ones every time."""

from random import Random

from accounts.synthetic import numbers

SEED = 2017
ASKED = 20_000  # different numbers: they do not all stay in a processor's cache
UNLISTED_OF_TEN = 2


def listed(accounts: int, count: int) -> list[str]:
    """As many as there are, at most."""
    return [numbers.number(i) for i in Random(SEED).sample(range(accounts), min(count, accounts))]


def unlisted(count: int) -> list[str]:
    return [numbers.absent(i) for i in range(count)]


def mixed(accounts: int, count: int = ASKED) -> list[str]:
    """Of ten, eight are listed; in an order without order. Of few accounts each is asked for more than once."""
    strangers = unlisted(count * UNLISTED_OF_TEN // 10)
    known = listed(accounts, count)
    wanted = count - len(strangers)
    several = (known * (wanted // len(known) + 1))[:wanted]
    return Random(SEED).sample(several + strangers, count)
