"""Invitation links: single use, expiring, revocable; kept as a digest, sent by the queue."""

from datetime import timedelta

import pytest

from accounts.audit.models import Event
from accounts.businesses.models import MemberRole, Membership
from accounts.errors import Forbidden, Invalid, NotAllowed, NotFound
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot import invitations
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort, Invitation, InvitationState, WaitingEntry
from accounts.verification import services as verification
from accounts.verification.models import Status
from tests.factories import age, make_account, make_business, make_cohort, make_draft, make_owner
from tests.pilot.invited import accepted, invited, token_of

pytestmark = pytest.mark.django_db
FORTNIGHT = timedelta(days=14)


def state_of(invitation: Invitation) -> InvitationState:
    return Invitation.objects.with_state().get(pk=invitation.pk).state


def refused(code: str, token: str, by: User) -> None:
    events = Event.objects.count()
    with pytest.raises(NotAllowed, match=code):
        pilot.redeem(pilot.look(token), by=by)
    assert Event.objects.count() == events


def test_an_invitation_is_sent_and_its_token_is_kept_as_a_digest(olga: User) -> None:
    cohort = make_cohort(invitation_only=True, country="ID")
    invitation = pilot.invite(cohort, "0812 3456 7890", by=olga, language="id")
    message = Message.objects.get(about=invitation.pk)
    assert (message.to, message.channel, message.language) == ("+6281234567890", "sms", "id")
    token = token_of(invitation)
    assert len(token) * 5.95 > 128  # bits of base62
    assert token not in message.body and "••••••" in message.body
    assert token not in str(Event.objects.values_list("data"))
    assert bytes(Invitation.objects.get().digest) == invitations.digest_of(token)
    assert pilot.look(token) == invitation
    event = Event.objects.get(kind="invitation.sent")
    assert (event.on, event.by, event.data) == (invitation.pk, olga.pk, {"cohort": cohort.pk})


def test_an_address_gets_an_e_mail(olga: User) -> None:
    invitation = pilot.invite(make_cohort(), "Siti@Rumah.example", by=olga, language="en")
    message = Message.objects.get(about=invitation.pk)
    assert (message.to, message.channel, message.language) == ("siti@rumah.example", "email", "en")


@pytest.mark.parametrize("contact", ["", "siti", "siti@", "0812", "+62", "siti@rumah.example\u202e"])
def test_what_is_no_contact_is_refused(contact: str, olga: User) -> None:
    with pytest.raises(Invalid, match="contact_invalid"):
        pilot.invite(make_cohort(), contact, by=olga)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("days", [0, -1, 91])
def test_an_invitation_is_good_for_1_to_90_days(days: int, olga: User) -> None:
    with pytest.raises(Invalid, match="expiry_out_of_range"):
        pilot.invite(make_cohort(), "siti@rumah.example", by=olga, days=days)


def test_only_who_may_invites_sends_again_and_revokes(rita: User) -> None:
    invitation, token = invited()
    for act in (
        lambda: pilot.invite(make_cohort(), "siti@rumah.example", by=rita),
        lambda: pilot.resend(invitation, by=rita),
        lambda: pilot.revoke(invitation, by=rita),
        lambda: pilot.invite_next(make_cohort(), count=1, by=rita),
    ):
        with pytest.raises(Forbidden, match="permission_missing"):
            act()
    assert pilot.look(token) == invitation


def test_looking_at_it_changes_nothing() -> None:
    """A chat app fetches the link before anybody has read it."""
    invitation, token = invited()
    before = list(Invitation.objects.values()), Event.objects.count()
    for _ in range(3):
        pilot.look(token)
    assert (list(Invitation.objects.values()), Event.objects.count()) == before
    assert state_of(invitation) == InvitationState.OPEN


def test_an_invitation_is_accepted_once(ada: User, mallory: User) -> None:
    invitation, token = invited()
    held = pilot.redeem(pilot.look(token), by=ada)
    assert (held.redeemed_by, held.state) == (ada, InvitationState.REDEEMED)
    events = Event.objects.count()
    assert pilot.redeem(pilot.look(token), by=ada) == invitation  # a second tap
    assert Event.objects.count() == events
    refused("invitation_used", token, mallory)
    assert pilot.invitation_of(ada, invitation.cohort) == invitation
    assert pilot.invitation_of(mallory, invitation.cohort) is None


def test_of_two_links_for_one_cohort_a_person_uses_up_one(ada: User) -> None:
    first, token = invited()
    second, other = invited(first.cohort)
    pilot.redeem(pilot.look(token), by=ada)
    assert pilot.redeem(pilot.look(other), by=ada) == first
    assert state_of(second) == InvitationState.OPEN


def test_an_expired_a_revoked_and_an_unknown_one_are_refused(ada: User, olga: User) -> None:
    expired, token = invited()
    age(expired, FORTNIGHT, "created_at", "sent_at", "expires_at")
    refused("invitation_expired", token, ada)
    revoked, token = invited()
    pilot.revoke(revoked, by=olga)
    refused("invitation_revoked", token, ada)
    for nonsense in ("", "x" * 22, "\udc80", "x" * 10_000, "../", "\0"):
        with pytest.raises(NotFound, match="invitation_unknown"):
            pilot.look(nonsense)


def test_it_is_not_used_up_where_there_is_no_place(ada: User) -> None:
    full, closed = make_cohort(capacity=0), make_cohort()
    for cohort, code, mended in (
        (full, "cohort_full", {"capacity": 1}),
        (closed, "cohort_not_open", {"closes_at": None}),
    ):
        invitation, token = invited(cohort)
        if cohort == closed:
            age(cohort, FORTNIGHT, "opens_at")
            Cohort.objects.filter(pk=cohort.pk).update(closes_at=cohort.opens_at + timedelta(days=1))
        refused(code, token, ada)
        assert state_of(invitation) == InvitationState.OPEN
        Cohort.objects.filter(pk=cohort.pk).update(**mended)
        assert pilot.redeem(pilot.look(token), by=ada) == invitation


def test_a_new_link_kills_the_old_one(olga: User, ada: User) -> None:
    invitation, old = invited()
    seen = pilot.look(old)
    age(invitation, FORTNIGHT, "created_at", "sent_at", "expires_at")
    again = pilot.resend(invitation, by=olga)
    with pytest.raises(NotFound):
        pilot.look(old)
    with pytest.raises(NotFound):  # who had the page open already
        pilot.redeem(seen, by=ada)
    assert pilot.redeem(pilot.look(token_of(again)), by=ada) == invitation
    with pytest.raises(NotAllowed, match="invitation_used"):
        pilot.resend(invitation, by=olga)


def test_an_accepted_one_can_be_revoked_until_it_is_used(ada: User, olga: User) -> None:
    cohort = make_cohort(invitation_only=True)
    held = accepted(cohort, by=ada)
    pilot.revoke(held, by=olga)
    pilot.revoke(held, by=olga)
    assert Event.objects.filter(kind="invitation.revoked").count() == 1
    draft = make_draft(make_account(make_business(ada)), cohort=cohort)
    with pytest.raises(NotAllowed, match="invitation_required"):
        verification.submit(draft, by=ada)
    used = accepted(cohort, by=ada)
    verification.submit(draft, by=ada)
    with pytest.raises(NotAllowed, match="invitation_used"):
        pilot.revoke(used, by=olga)
    assert state_of(used) == InvitationState.USED


def test_R6_an_invitation_is_good_for_one_account(ada: User) -> None:
    cohort = make_cohort(invitation_only=True)
    accepted(cohort, by=ada)
    business = make_business(ada)
    first, second = (make_draft(make_account(business), cohort=cohort) for _ in range(2))
    verification.submit(first, by=ada)
    with pytest.raises(NotAllowed, match="invitation_required"):
        verification.submit(second, by=ada)
    accepted(cohort, by=ada)
    assert verification.submit(second, by=ada).status == Status.SUBMITTED


def test_an_owners_invitation_counts_for_whoever_sends_it_in(ada: User) -> None:
    """Mark has his mother's shop in hand; an outsider's invitation is nobody's but theirs."""
    cohort = make_cohort(invitation_only=True)
    business = make_business(ada)
    mark = make_owner("Mark", "mark@owner.example")
    Membership.objects.create(business=business, person=mark, role=MemberRole.MANAGER)
    held = accepted(cohort, by=ada)
    draft = make_draft(make_account(business), cohort=cohort)
    assert verification.submit(draft, by=mark).account.invitation == held
    accepted(cohort, by=mark)
    other = make_draft(make_account(business), cohort=cohort)
    with pytest.raises(NotAllowed, match="invitation_required"):
        verification.submit(other, by=ada)  # a manager's does not count for the owner


def test_without_a_cohort_the_one_of_the_invitation_is_meant(ada: User) -> None:
    general = make_cohort()
    closed = make_cohort(invitation_only=True)
    account = make_account(make_business(ada))
    assert pilot.way_in(ada, "ID") == general
    held = accepted(closed, by=ada)
    assert pilot.way_in(ada, "ID") == closed
    assert pilot.admit(account, None, by=ada) == closed
    held.refresh_from_db()
    assert held.account == account
    assert pilot.way_in(ada, "ID") == general


def test_where_the_invited_ones_cohort_is_full_the_open_one_is_meant(ada: User) -> None:
    closed = make_cohort(invitation_only=True, capacity=1)
    accepted(closed, by=ada)
    Cohort.objects.filter(pk=closed.pk).update(capacity=0)
    account = make_account(make_business(ada))
    with pytest.raises(NotAllowed, match="cohort_full"):
        pilot.admit(account, None, by=ada)
    general = make_cohort()
    assert pilot.admit(account, None, by=ada) == general


def test_accepting_ends_the_waiting(ada: User) -> None:
    entry = pilot.join(ada, "ID", by=ada)
    elsewhere = pilot.join(ada, "BR", by=ada)
    held = accepted(make_cohort(invitation_only=True, country="ID"), by=ada)
    entry.refresh_from_db()
    assert (entry.invitation, WaitingEntry.objects.waiting().get()) == (held, elsewhere)
