"""A snapshot of what the store of this machine holds now."""

from datetime import UTC, datetime

from django.conf import settings

from accounts.cardstore import reading
from accounts.cardstore.errors import Damaged, Unusable
from accounts.errors import NotAllowed
from accounts.snapshots import building


def build() -> str:
    """Returns the snapshot's name. Raises NotAllowed: what `building.build` does, and snapshot_store_unusable,
    snapshot_store_stale; nothing was built then.
    """
    try:
        seq, as_of, policy, cards = reading.listed()
        if datetime.now(UTC) - as_of > settings.CARDS_STALE_AFTER:
            raise NotAllowed("snapshot_store_stale", as_of=as_of)
        return building.build(seq, as_of, policy, cards)
    except (Unusable, Damaged) as wrong:
        raise NotAllowed("snapshot_store_unusable", why=str(wrong)) from wrong
