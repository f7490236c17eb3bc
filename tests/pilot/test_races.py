"""Invitations, places and the waiting list at the same moment, on real connections."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.inviting import Invitee
from accounts.pilot.models import Invitation, InvitationState, Place, WaitingEntry
from accounts.verification import services as verification
from accounts.verification.models import Application, Status
from tests.factories import make_account, make_business, make_cohort, make_draft, make_owner, owner_of
from tests.pilot.invited import accepted, invited
from tests.racing import hesitate, outcomes, race

pytestmark = pytest.mark.usefixtures("committed")
CROWD = 60


def crowd(size: int) -> list[User]:
    return [make_owner(f"Guest {n}", f"guest-{n}@owner.example") for n in range(size)]


def test_of_60_redemptions_at_once_one_wins() -> None:
    """Failed when `_win` read the row first and saved it then: more than one had accepted it."""
    _invitation, token = invited(make_cohort(invitation_only=True))
    acts = [lambda person=person: pilot.redeem(pilot.look(token), by=person) for person in crowd(CROWD)]
    assert outcomes(race(*acts)) == {"done": 1, "invitation_used": CROWD - 1}
    assert Event.objects.filter(kind="invitation.redeemed").count() == 1
    event = Event.objects.get(kind="invitation.redeemed")
    assert Invitation.objects.get().redeemed_by_id == event.by
    assert not list(breaks())


def test_ten_taps_of_one_person_accept_it_once(ada: User) -> None:
    _invitation, token = invited(make_cohort(invitation_only=True))
    assert outcomes(race(*[lambda: pilot.redeem(pilot.look(token), by=ada)] * 10)) == {"done": 10}
    assert Event.objects.filter(kind="invitation.redeemed").count() == 1


def test_one_person_with_two_links_at_once_accepts_one(ada: User) -> None:
    """Failed without one_unspent_invitation_per_cohort_and_person: both were accepted."""
    cohort = make_cohort(invitation_only=True)
    tokens = [invited(cohort)[1] for _ in range(6)]
    acts = [lambda token=token: pilot.redeem(pilot.look(token), by=ada) for token in tokens]
    assert outcomes(race(*acts)) == {"done": 6}
    assert Invitation.objects.unspent().count() == 1
    assert Invitation.objects.redeemable().count() == 5


def test_accepting_and_revoking_at_once_leave_one_truth(ada: User, olga: User) -> None:
    """Failed when `_win` saved what it had read: an invitation was accepted after it had been revoked."""
    for n in range(8):
        invitation, token = invited(make_cohort(invitation_only=True))

        def accept(token: str = token) -> object:
            return pilot.redeem(pilot.look(token), by=ada)

        said = race(
            hesitate(accept, before="UPDATE") if n % 2 else accept,
            lambda invitation=invitation: pilot.revoke(invitation, by=olga),
        )
        assert said in (["done", "done"], ["invitation_revoked", "done"])
        now = Invitation.objects.with_state().get(pk=invitation.pk)
        assert now.state == InvitationState.REVOKED
        kinds = Event.objects.filter(on=invitation.pk).order_by("seq").values_list("kind", flat=True)
        accepted_first = ["invitation.redeemed"] if said[0] == "done" else []
        assert list(kinds) == ["invitation.sent", *accepted_first, "invitation.revoked"]
        assert pilot.invitation_of(ada, invitation.cohort) is None


def test_the_last_place_goes_to_one_of_20(ada: User) -> None:
    """Failed without the lock on the cohort: several took the last place."""
    cohort = make_cohort(capacity=1)
    drafts = [make_draft(cohort=cohort) for _ in range(20)]
    acts = [lambda draft=draft: verification.submit(draft, by=owner_of(draft.account)) for draft in drafts]
    assert outcomes(race(*acts)) == {"cohort_full": 19, "done": 1}
    assert Place.objects.filter(cohort=cohort).count() == 1
    assert Application.objects.filter(status=Status.SUBMITTED).count() == 1


def test_one_invitation_lets_in_one_of_two_accounts(ada: User) -> None:
    """Failed when `spend` saved the row it had read: both accounts got a place with it."""
    cohort = make_cohort(invitation_only=True)
    held = accepted(cohort, by=ada)
    business = make_business(ada)
    drafts = [make_draft(make_account(business), cohort=cohort) for _ in range(6)]
    acts = [lambda draft=draft: verification.submit(draft, by=ada) for draft in drafts]
    assert outcomes(race(*acts)) == {"done": 1, "invitation_required": 5}
    held.refresh_from_db()
    assert held.account_id == Place.objects.get().account_id


def test_spending_and_revoking_at_once_leave_one_truth(ada: User, olga: User) -> None:
    """Failed without the lock in `revoke`: only_an_accepted_invitation_is_used had to refuse it."""
    for n in range(6):
        cohort = make_cohort(invitation_only=True)
        held = accepted(cohort, by=ada)
        account = make_account(make_business(ada))

        def revoke(held: Invitation = held) -> object:
            return pilot.revoke(held, by=olga)

        said = race(
            lambda account=account, cohort=cohort: pilot.admit(account, cohort, by=ada),
            hesitate(revoke, before="UPDATE") if n % 2 else revoke,
        )
        assert said in (["done", "invitation_used"], ["invitation_required", "done"])
        assert cohort.places.count() == (said[0] == "done")


def test_two_operators_invite_different_people(olga: User, rudi: User) -> None:
    """Failed without the lock on the line: both invited the same five, and one got an IntegrityError."""
    cohort = make_cohort(invitation_only=True, country="ID")
    people = crowd(12)
    for person in people:
        pilot.join(person, "ID", by=person)
    done: list[list[WaitingEntry]] = []
    said = race(
        *[lambda by=by: done.append(pilot.invite_next(cohort, count=5, by=by)) for by in (olga, rudi)]
    )
    assert outcomes(said) == {"done": 2}
    chosen = [entry.person_id for entries in done for entry in entries]
    assert len(set(chosen)) == len(chosen) == 10
    assert set(chosen) == {person.pk for person in people[:10]}
    assert Message.objects.filter(template="invitation_after_waiting").count() == 10


def test_accepting_another_link_while_being_invited_from_the_line(olga: User) -> None:
    """No deadlock: both lock the place in the line before the invitation. Failed without that lock in `redeem`."""
    for n in range(4):
        cohort = make_cohort(invitation_only=True, country="ID")
        person = make_owner("Guest", f"guest-{n}@owner.example")
        pilot.join(person, "ID", by=person)
        _, token = invited(cohort, contact=str(person.email))

        def accept(token: str = token, person: User = person) -> object:
            return pilot.redeem(pilot.look(token), by=person)

        said = race(
            lambda cohort=cohort: pilot.invite_next(cohort, count=1, by=olga),
            hesitate(accept, before='UPDATE "pilot_waitingentry"') if n % 2 else accept,
        )
        assert said[1] == "done" and said[0] in ("done", "nobody_waits")
        assert not WaitingEntry.objects.waiting().exists()


def test_ten_taps_join_the_line_once(ada: User) -> None:
    """Failed without one_place_in_the_line_per_person."""
    assert outcomes(race(*[lambda: pilot.join(ada, "ID", by=ada)] * 10)) == {"done": 10}
    assert WaitingEntry.objects.count() == 1
    assert Event.objects.filter(kind="waiting.joined").count() == 1


def test_leaving_and_being_invited_at_once_leave_one_truth(ada: User, olga: User) -> None:
    for _ in range(6):
        cohort = make_cohort(invitation_only=True, country="ID")
        entry = pilot.join(ada, "ID", by=ada)
        said = race(
            lambda entry=entry: pilot.leave(entry, by=ada),
            lambda cohort=cohort: pilot.invite_next(cohort, count=1, by=olga),
        )
        entry.refresh_from_db()
        assert (entry.left_at is None) == (said[1] == "done") == (entry.invitation is not None)


def test_two_lists_with_the_same_contacts_invite_each_once() -> None:
    """Failed without trying again: one_unredeemed_invitation_per_cohort_and_contact refused one of the lists."""
    cohort = make_cohort(invitation_only=True)
    invitees = [Invitee(f"guest-{n}@owner.example") for n in range(40)]
    until = clock.now() + timedelta(days=7)
    lists = (invitees, invitees[::-1], invitees[10:] + invitees[:10])
    acts = [
        lambda one=one: pilot.invite_many(cohort, one, expires_at=until, by=audit.SYSTEM) for one in lists
    ]
    assert outcomes(race(*acts)) == {"done": 3}
    assert Invitation.objects.count() == Message.objects.count() == 40
