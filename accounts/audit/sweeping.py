"""What the clock does to many rows: safe to run twice, or to be killed."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.errors import DomainError

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)


def each(due: QuerySet[Row], act: Callable[[Row], object]) -> int:
    """Do it to each, each in its own transaction: one that is refused or fails does not hold up the others."""
    done = 0
    for row in due:
        try:
            act(row)
            done += 1
        except DomainError as refusal:  # somebody was faster
            logger.info("%s on %s: %s", act.__name__, row.pk, refusal.code)
        except Exception:
            logger.exception("%s on %s failed", act.__name__, row.pk)
    return done
