"""Inviting many: each contact once, and a word when more are invited than there are places."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.audit import journal as audit
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.inviting import Invitee, beyond_places
from accounts.pilot.models import Cohort, Invitation
from accounts.verification import services as verification
from tests.factories import age, make_account, make_business, make_cohort, make_draft
from tests.pilot.invited import accepted, invited, token_of

pytestmark = pytest.mark.django_db


def invite(cohort: Cohort, *contacts: str) -> Any:
    until = clock.now() + timedelta(days=7)
    return pilot.invite_many(cohort, [Invitee(one) for one in contacts], expires_at=until, by=audit.SYSTEM)


def test_a_contact_is_invited_to_a_cohort_once(ada: User, olga: User) -> None:
    cohort, other = make_cohort(), make_cohort()
    first = invite(cohort, "a@owner.example", "b@owner.example", "a@owner.example")
    assert (len(first.sent), first.already_there) == (2, 1)
    again = invite(cohort, "a@owner.example", "c@owner.example")
    assert ([one.contact for one in again.sent], again.already_there) == (["c@owner.example"], 1)
    assert len(invite(other, "a@owner.example").sent) == 1
    with pytest.raises(NotAllowed, match="invited_already"):
        pilot.invite(cohort, "a@owner.example", by=olga)
    pilot.redeem(pilot.look(token_of(first.sent[0])), by=ada)
    assert invite(cohort, "a@owner.example").already_there == 1  # accepted, and not used yet


def test_an_expired_one_is_renewed_a_revoked_one_is_not(olga: User) -> None:
    invitation, _old = invited(contact="a@owner.example")
    age(invitation, timedelta(days=14), "created_at", "sent_at", "expires_at")
    renewed = invite(invitation.cohort, "a@owner.example").sent
    assert renewed == [invitation]
    assert pilot.look(token_of(invitation)).state == "open"
    pilot.revoke(invitation, by=olga)
    anew = invite(invitation.cohort, "a@owner.example").sent
    assert len(anew) == 1 and anew != [invitation]


def test_who_has_used_theirs_can_be_invited_for_another_account(ada: User) -> None:
    cohort = make_cohort(invitation_only=True)
    _, token = invited(cohort, contact="ada@owner.example")
    pilot.redeem(pilot.look(token), by=ada)
    verification.submit(make_draft(make_account(make_business(ada)), cohort=cohort), by=ada)
    assert len(invite(cohort, "ada@owner.example").sent) == 1


def test_more_invitations_than_places_are_counted(ada: User) -> None:
    cohort = make_cohort(invitation_only=True, capacity=2)
    assert beyond_places(cohort) == 0
    held = accepted(cohort, by=ada)
    invite(cohort, "a@owner.example", "b@owner.example")
    assert beyond_places(cohort) == 1
    verification.submit(make_draft(make_account(make_business(ada)), cohort=cohort), by=ada)
    held.refresh_from_db()
    assert held.account is not None
    assert beyond_places(cohort) == 1  # a place taken is no promise any more, and no place left
    assert beyond_places(make_cohort(capacity=None)) == 0


def test_a_list_costs_five_statements_for_each(django_assert_max_num_queries: Any) -> None:
    cohort = make_cohort()
    contacts = [f"guest{n}@owner.example" for n in range(50)]
    with django_assert_max_num_queries(270):
        invite(cohort, *contacts)
    assert Invitation.objects.count() == 50
