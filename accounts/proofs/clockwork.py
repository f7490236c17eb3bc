"""What the clock does about numbers. Each row in its own transaction: safe to run twice, or to be killed."""

import logging
from collections.abc import Callable

from django.db.models import QuerySet

from accounts.errors import DomainError
from accounts.proofs import claims
from accounts.proofs.models import NumberReproof

logger = logging.getLogger(__name__)

SWEEP = 200  # rows of a kind in one tick; the next one goes on


def tick() -> dict[str, int]:
    """Returns how many of each."""
    return {
        "settled": _each(claims.moot(), claims.settle_moot),
        "run_out": _each(claims.overdue(), claims.run_out),
    }


def _each(due: QuerySet[NumberReproof], act: Callable[[NumberReproof], None]) -> int:
    done = 0
    for reproof in due[:SWEEP]:
        try:
            act(reproof)
            done += 1
        except DomainError as refusal:  # somebody was faster
            logger.info("%s on %s: %s", act.__name__, reproof.pk, refusal.code)
        except Exception:
            logger.exception("%s on %s failed", act.__name__, reproof.pk)
    return done
