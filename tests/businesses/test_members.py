"""Who belongs to a business: invited and willing; nobody throws an owner out, and there always is one."""

from collections.abc import Callable

import pytest

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.businesses import bars, jobs, members
from accounts.businesses.models import Business, MemberInvitation, MemberRole, Membership
from accounts.errors import DomainError, Invalid, TooMany
from accounts.messages.models import Message
from accounts.people.models import User
from tests.factories import age, make_business, make_owner

OWNER, MANAGER, VIEWER = MemberRole.OWNER, MemberRole.MANAGER, MemberRole.VIEWER
BUDI = "budi@owner.example"


@pytest.fixture
def bakery(ada: User) -> Business:
    return make_business(ada)


@pytest.fixture
def budi(bakery: Business) -> User:
    return make_owner("Budi", BUDI)


def join(business: Business, role: MemberRole, name: str = "mark") -> User:
    person = make_owner(name.title(), f"{name}@owner.example")
    Membership.objects.create(business=business, person=person, role=role)
    return person


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def last_event() -> tuple[str, str, dict[str, str]]:
    event = Event.objects.latest("seq")
    return event.kind, event.by, event.data


def test_who_is_invited_is_a_member_only_after_saying_so(bakery: Business, ada: User, budi: User) -> None:
    invitation = members.invite(bakery, " Budi@Owner.example ", role=MANAGER, by=ada)
    assert members.role_of(budi, bakery) is None
    message = Message.objects.get()
    assert (message.template, message.to, message.language) == ("member_invited", BUDI, ada.language)
    assert "/my/joining/" in message.body
    assert last_event() == (
        "business.member_invited",
        ada.pk,
        {"invitation": invitation.pk, "role": "manager"},
    )
    assert MemberInvitation.objects.for_person(budi).get() == invitation
    members.accept(invitation, by=budi)
    assert members.role_of(budi, bakery) == MANAGER
    kind, by, data = last_event()
    assert (kind, by) == ("business.member_joined", budi.pk)
    assert data == {"person": budi.pk, "role": "manager", "invitation": invitation.pk}
    invitation.refresh_from_db()
    assert (invitation.outcome, invitation.contact) == ("accepted", "")


@pytest.mark.usefixtures("budi")
def test_by_a_phone_that_nobody_is_known_by_yet(bakery: Business, ada: User) -> None:
    invitation = members.invite(bakery, "+6281234567890", role=VIEWER, by=ada)
    assert Message.objects.get().channel == "sms"
    siti = make_owner("Siti", "+6281234567890")
    assert members.accept(invitation, by=siti).role == VIEWER


def test_an_invitation_is_answered_once_and_by_whom_it_is_for(
    bakery: Business, ada: User, budi: User, mallory: User
) -> None:
    invitation = members.invite(bakery, BUDI, role=VIEWER, by=ada)
    for act in (members.accept, members.decline):
        assert refusal_of(lambda act=act: act(invitation, by=mallory)) == "not_found"
    members.decline(invitation, by=budi)
    assert last_event()[0] == "business.invitation_declined"
    for act in (members.accept, members.decline):
        assert refusal_of(lambda act=act: act(invitation, by=budi)) == "invitation_over"
    assert refusal_of(lambda: members.revoke(invitation, by=ada)) == "invitation_over"
    assert members.role_of(budi, bakery) is None


def test_an_invitation_ends_after_two_weeks_or_when_it_is_taken_back(
    bakery: Business, ada: User, budi: User
) -> None:
    first = members.invite(bakery, BUDI, role=VIEWER, by=ada)
    age(first, members.INVITATION_LIFE, "created_at", "expires_at")
    assert refusal_of(lambda: members.accept(first, by=budi)) == "invitation_over"
    jobs.forget_member_invitations(0)
    first.refresh_from_db()
    assert (first.contact, first.outcome) == ("", "revoked")
    second = members.invite(bakery, BUDI, role=VIEWER, by=ada)
    members.revoke(second, by=ada)
    assert refusal_of(lambda: members.accept(second, by=budi)) == "invitation_over"


def test_a_second_invitation_takes_the_place_of_the_first(bakery: Business, ada: User, budi: User) -> None:
    first = members.invite(bakery, BUDI, role=VIEWER, by=ada)
    second = members.invite(bakery, BUDI, role=MANAGER, by=ada)
    assert refusal_of(lambda: members.accept(first, by=budi)) == "invitation_over"
    assert members.accept(second, by=budi).role == MANAGER


def test_what_somebody_offered_who_is_no_owner_any_more_is_over(
    bakery: Business, ada: User, budi: User
) -> None:
    other = join(bakery, OWNER)
    by_other = members.invite(bakery, BUDI, role=OWNER, by=other)
    members.change_role(bakery, other, VIEWER, by=other)
    assert refusal_of(lambda: members.accept(by_other, by=budi)) == "invitation_over"


@pytest.mark.parametrize(
    ("contact", "role", "code"),
    [
        ("", MANAGER, "sign_in_contact_invalid"),
        ("budi", MANAGER, "sign_in_contact_invalid"),
        ("0812 3456 7890", MANAGER, "sign_in_contact_invalid"),  # the page reads it; here it comes with +
        ("ada@owner.example", MANAGER, "already_member"),
        (BUDI, "boss", "invalid"),
    ],
)
def test_who_cant_be_invited(bakery: Business, ada: User, contact: str, role: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        members.invite(bakery, contact, role=role, by=ada)
    assert refusal.value.code == code
    assert not Message.objects.exists()


def test_a_member_who_is_invited_anew_keeps_what_is_more(bakery: Business, ada: User) -> None:
    """The contact of the second invitation is another one of the same person."""
    mark = join(bakery, MANAGER)
    invitation = members.invite(bakery, "+6281234567890", role=VIEWER, by=ada)
    User.objects.filter(pk=mark.pk).update(phone="+6281234567890")
    mark.refresh_from_db()
    assert members.accept(invitation, by=mark).role == MANAGER


def test_nobody_is_flooded_with_invitations(bakery: Business, ada: User, mallory: User) -> None:
    for number in range(members.A_BUSINESS_A_DAY):
        members.invite(bakery, f"somebody{number}@owner.example", role=VIEWER, by=ada)
    with pytest.raises(TooMany) as refusal:
        members.invite(bakery, BUDI, role=VIEWER, by=ada)
    assert (refusal.value.code, refusal.value.params) == ("invitations_too_often", {"hours": 24})
    shops = [make_business(mallory) for _ in range(members.A_CONTACT_A_DAY)]
    for shop in shops:
        members.invite(shop, BUDI, role=VIEWER, by=mallory)
    assert (
        refusal_of(lambda: members.invite(shops[0], BUDI, role=VIEWER, by=mallory)) == "invitations_too_often"
    )
    for number in range(members.A_PERSON_A_DAY - len(shops)):
        members.invite(shops[number % 5], f"other{number}@owner.example", role=VIEWER, by=mallory)
    late = make_business(mallory)
    assert (
        refusal_of(lambda: members.invite(late, "x@owner.example", role=VIEWER, by=mallory))
        == "invitations_too_often"
    )


def deeds(business: Business, ada: User, other: User) -> dict[str, Callable[[User], object]]:
    """Everything about people that an owner may do, and nobody else."""
    invitation = members.invite(business, "new@owner.example", role=VIEWER, by=ada)
    return {
        "invite": lambda by: members.invite(business, BUDI, role=VIEWER, by=by),
        "revoke": lambda by: members.revoke(invitation, by=by),
        "offer": lambda by: members.offer_ownership(business, other, by=by),
        "change": lambda by: members.change_role(business, other, MANAGER, by=by),
        "remove": lambda by: members.remove(business, other, by=by),
    }


@pytest.mark.parametrize("deed", ["invite", "revoke", "offer", "change", "remove"])
def test_people_are_the_owners_business(bakery: Business, ada: User, mallory: User, deed: str) -> None:
    other, manager, viewer = (
        join(bakery, VIEWER, "vera"),
        join(bakery, MANAGER, "mark"),
        join(bakery, VIEWER, "wati"),
    )
    act = deeds(bakery, ada, other)[deed]
    before = list(Membership.objects.order_by("pk").values()), Event.objects.count()
    assert refusal_of(lambda: act(manager)) == refusal_of(lambda: act(viewer)) == "member_role_missing"
    assert refusal_of(lambda: act(mallory)) == "not_found"
    assert (list(Membership.objects.order_by("pk").values()), Event.objects.count()) == before
    act(ada)


def test_roles_change_and_members_go(bakery: Business, ada: User) -> None:
    mark = join(bakery, VIEWER)
    members.change_role(bakery, mark, MANAGER, by=ada)
    assert last_event() == ("business.member_role_changed", ada.pk, {"person": mark.pk, "role": "manager"})
    events = Event.objects.count()
    members.change_role(bakery, mark, MANAGER, by=ada)
    assert Event.objects.count() == events
    members.remove(bakery, mark, by=ada)
    assert last_event() == ("business.member_removed", ada.pk, {"person": mark.pk, "role": "manager"})
    assert members.role_of(mark, bakery) is None
    assert refusal_of(lambda: members.remove(bakery, mark, by=ada)) == "not_found"
    assert refusal_of(lambda: members.change_role(bakery, mark, VIEWER, by=ada)) == "not_found"


def test_nobody_is_made_an_owner_unasked_nor_thrown_out_as_one(bakery: Business, ada: User) -> None:
    mark, other = join(bakery, MANAGER), join(bakery, OWNER, "oki")
    assert refusal_of(lambda: members.change_role(bakery, mark, OWNER, by=ada)) == "invalid"
    assert refusal_of(lambda: members.change_role(bakery, other, VIEWER, by=ada)) == "owner_by_themself"
    assert refusal_of(lambda: members.remove(bakery, other, by=ada)) == "owner_by_themself"


def test_the_last_owner_stays(bakery: Business, ada: User) -> None:
    join(bakery, MANAGER)
    for act in (
        lambda: members.leave(bakery, by=ada),
        lambda: members.remove(bakery, ada, by=ada),
        lambda: members.change_role(bakery, ada, VIEWER, by=ada),
    ):
        assert refusal_of(act) == "last_owner"
    other = join(bakery, OWNER, "oki")
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert refusal_of(lambda: members.leave(bakery, by=ada)) == "last_owner"  # the other one can't sign in
    User.objects.filter(pk=other.pk).update(is_active=True)
    members.leave(bakery, by=ada)
    assert last_event() == ("business.member_left", ada.pk, {"person": ada.pk, "role": "owner"})


def test_the_ownership_is_handed_over_once_the_other_accepts(bakery: Business, ada: User) -> None:
    mark = join(bakery, VIEWER)
    offer = members.offer_ownership(bakery, mark, by=ada)
    assert members.role_of(mark, bakery) == VIEWER
    assert last_event()[0] == "business.ownership_offered"
    members.accept(offer, by=mark)
    assert (members.role_of(mark, bakery), members.role_of(ada, bakery)) == (OWNER, MANAGER)
    kind, by, data = last_event()
    assert (kind, by) == ("business.handed_over", mark.pk)
    assert data == {"person": mark.pk, "role": "owner", "invitation": offer.pk, "before": ada.pk}
    told = Message.objects.get(template="ownership_taken")
    assert told.to == ada.email


def test_an_offer_ends_with_the_membership_of_either(bakery: Business, ada: User) -> None:
    mark, oki = join(bakery, VIEWER), join(bakery, OWNER, "oki")
    to_mark = members.offer_ownership(bakery, mark, by=ada)
    members.remove(bakery, mark, by=ada)
    assert refusal_of(lambda: members.accept(to_mark, by=mark)) == "invitation_over"
    wati = join(bakery, VIEWER, "wati")
    to_wati = members.offer_ownership(bakery, wati, by=oki)
    members.leave(bakery, by=oki)
    assert refusal_of(lambda: members.accept(to_wati, by=wati)) == "invitation_over"
    assert refusal_of(lambda: members.offer_ownership(bakery, ada, by=ada)) == "already_owner"
    assert refusal_of(lambda: members.offer_ownership(bakery, oki, by=ada)) == "not_found"


def test_a_bar_closes_the_owners_and_whoever_would_apply_in_anothers_name(
    bakery: Business, ada: User
) -> None:
    mark, vera = join(bakery, MANAGER), join(bakery, VIEWER, "vera")
    with audit.together():
        standing = bars.bar(bakery, reason="fraud", by=audit.SYSTEM)
    assert list(standing.owners.all()) == [ada]
    for person in (mark, vera):
        bars.require_none(make_business(person))
    others = make_business(make_owner("Oki", "oki@owner.example"))
    Membership.objects.create(business=others, person=ada, role=VIEWER)
    bars.require_none(others)
    Membership.objects.filter(business=others, person=ada).update(role=MANAGER)
    assert refusal_of(lambda: bars.require_none(others)) == "business_barred"
