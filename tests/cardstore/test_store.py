"""A store between two writes of its follower."""

import hashlib

import pytest

from accounts.audit.journal import SYSTEM
from accounts.badges import services as badges
from accounts.cardstore import building, following
from accounts.cardstore.store import View
from accounts.clients import services as clients
from accounts.clients.models import ClientApp, Scope

pytestmark = pytest.mark.usefixtures("committed")


def test_what_was_read_of_one_moment_is_no_word_about_the_next(
    stepwise: following.Follower, kai: ClientApp
) -> None:
    """Key and policy are read once a moment; views of two of them are open here."""
    key, secret = clients.create_key(kai, scopes=[Scope.CONTACTS_READ.value], by=SYSTEM)
    digest = hashlib.sha256(secret.encode()).digest()
    first = badges.current_policy()
    building.build()
    stepwise.look()
    store = stepwise.writer
    assert store is not None

    def read(view: View) -> tuple[bool, str]:
        known = store.key(view, digest)
        assert known is not None
        return known.is_revoked, store.policy(view).version

    with store.reading() as before:
        assert read(before) == (False, first.version)
        clients.revoke_key(key, by=SYSTEM)
        badges.publish_policy("next.1", first.tiers, by=SYSTEM)
        stepwise.look()
        with store.reading() as after:
            assert read(after) == (True, "next.1")
        assert read(before) == (False, first.version)
