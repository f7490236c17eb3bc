"""The people of a business: an owner may do everything, a manager all but what is about people and the end of things,
a viewer looks. There is always an owner.

What changes who belongs to a business locks the business first, so that two changes are made one after the other.
"""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.businesses.models import Business, InvitationOutcome, MemberInvitation, MemberRole, Membership
from accounts.businesses.services import locked
from accounts.errors import Forbidden, Invalid, NotAllowed, NotFound, Problem, TooMany
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.people import counting
from accounts.people.models import User
from accounts.text import Text

INVITATION_LIFE = timedelta(days=14)
# Each is a message to somebody who did not ask for it: so many by one business, by one person, to one contact.
A_BUSINESS_A_DAY, A_PERSON_A_DAY, A_CONTACT_A_DAY = 20, 30, 5
DAY = timedelta(days=1)
JOINING = "/my/joining/"  # where they are answered


def role_of(person: User, business: Business) -> MemberRole | None:
    membership = Membership.objects.filter(business=business, person=person).first()
    return None if membership is None else MemberRole(membership.role)


def require_role(business: Business, *, at_least: MemberRole, by: User) -> MemberRole:
    """Raises NotFound: no member; Forbidden member_role_missing."""
    role = role_of(by, business)
    if role is None:
        raise NotFound("not_found")
    if not role.covers(at_least):
        raise Forbidden("member_role_missing")
    return role


# Who comes.


@audit.transaction
def invite(business: Business, contact: str, *, role: str, by: User) -> MemberInvitation:
    """Offer somebody a part in the business. One that was offered to the same contact before is replaced.

    Raises Forbidden member_role_missing; Invalid: contact and role as `checks` say; NotAllowed already_member;
    TooMany invitations_too_often.
    """
    business = _locked_by_owner(business, by)
    if role not in MemberRole.values:
        raise Invalid("invalid", problems=[Problem("choice_unknown", "/role")])
    try:
        field, value = checks.contact_key(contact.strip())
    except Invalid as wrong:
        raise _problem("sign_in_contact_invalid", "/contact") from wrong
    if Membership.objects.filter(business=business, **{f"person__{field}": value}).exists():
        raise _problem("already_member", "/contact")
    return _offer(business, value, MemberRole(role), by=by)


@audit.transaction
def offer_ownership(business: Business, person: User, *, by: User) -> MemberInvitation:
    """Offer the ownership to a member: theirs once they accept; then whoever offered it is a manager.

    Raises Forbidden member_role_missing; NotFound: no member; NotAllowed already_owner; TooMany.
    """
    business = _locked_by_owner(business, by)
    membership = _membership(business, person)
    if membership.role == MemberRole.OWNER:
        raise NotAllowed("already_owner")
    contact = person.email or person.phone
    if not contact:
        raise NotFound("not_found")  # whose data were erased
    return _offer(business, contact, MemberRole.OWNER, hands_over=True, by=by)


def _offer(
    business: Business, contact: str, role: MemberRole, *, by: User, hands_over: bool = False
) -> MemberInvitation:
    _count(business, contact, by)
    for open_one in business.member_invitations.filter(contact=contact, closed_at=None):
        _close(open_one, InvitationOutcome.REVOKED)
    invitation = MemberInvitation.objects.create(
        business=business,
        contact=contact,
        role=role,
        hands_over=hands_over,
        invited_by=by,
        expires_at=clock.now() + INVITATION_LIFE,
    )
    messages.send(
        "ownership_offered" if hands_over else "member_invited",
        to=contact,
        channel=Channel.EMAIL if "@" in contact else Channel.SMS,
        language=by.language,
        params={"name": _called(business), "link": JOINING},
        about=invitation,
        by=by,
    )
    kind = "business.ownership_offered" if hands_over else "business.member_invited"
    audit.record(kind, on=business, by=by, data={"invitation": invitation.pk, "role": str(role)})
    return invitation


def _count(business: Business, contact: str, by: User) -> None:
    """In the transaction of the message: one that is refused is not counted."""
    limits = [(business.pk, A_BUSINESS_A_DAY), (by.pk, A_PERSON_A_DAY), (contact, A_CONTACT_A_DAY)]
    for whose, limit in limits:
        key = counting.key_of("member_invitation", whose)
        if not counting.take(key, limit, DAY):
            seconds = int(counting.wait(key, DAY).total_seconds()) + 1
            raise TooMany("invitations_too_often", retry_after=seconds, hours=-(-seconds // 3600))


@audit.transaction
def revoke(invitation: MemberInvitation, *, by: User) -> None:
    """Raises Forbidden member_role_missing; NotAllowed invitation_over."""
    business = _locked_by_owner(invitation.business, by)
    _close(_still_open(invitation), InvitationOutcome.REVOKED)
    audit.record("business.invitation_revoked", on=business, by=by, data={"invitation": invitation.pk})


@audit.transaction
def accept(invitation: MemberInvitation, *, by: User) -> Membership:
    """Take part, or take over. Raises NotFound: it is somebody else's; NotAllowed invitation_over.

    What was offered by somebody who is no owner any more is over.
    """
    business = locked(invitation.business)
    invitation = _to_answer(invitation, by)
    if not User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True):
        raise NotFound("not_found")  # whose data are being erased at this moment
    if role_of(invitation.invited_by, business) != MemberRole.OWNER:
        raise NotAllowed("invitation_over")
    role = MemberRole(invitation.role)
    membership, joined = Membership.objects.get_or_create(
        business=business, person=by, defaults={"role": role}
    )
    if not MemberRole(membership.role).covers(role):
        membership.role = role
        membership.save(update_fields=["role"])
    _close(invitation, InvitationOutcome.ACCEPTED)
    data = {"person": by.pk, "role": str(membership.role), "invitation": invitation.pk}
    if joined:
        audit.record("business.member_joined", on=business, by=by, data=data)
    if invitation.hands_over:
        _step_back(business, invitation.invited_by)
        audit.record(
            "business.handed_over", on=business, by=by, data={**data, "before": invitation.invited_by_id}
        )
        messages.send(
            "ownership_taken",
            to=invitation.invited_by,
            params={"name": _called(business)},
            about=business,
            by=by,
        )
    return membership


@audit.transaction
def decline(invitation: MemberInvitation, *, by: User) -> None:
    """Raises NotFound: it is somebody else's; NotAllowed invitation_over."""
    business = locked(invitation.business)
    _close(_to_answer(invitation, by), InvitationOutcome.DECLINED)
    audit.record("business.invitation_declined", on=business, by=by, data={"invitation": invitation.pk})


def forget_contacts() -> int:
    """Of offers that nobody answered in time."""
    over = MemberInvitation.objects.filter(closed_at=None, expires_at__lt=Now())
    return over.update(closed_at=Now(), outcome=InvitationOutcome.REVOKED, contact="")


# Who stays, as what, and who goes.


@audit.transaction
def change_role(business: Business, person: User, role: str, *, by: User) -> Membership:
    """Make a manager a viewer, or the other way round; or step back oneself, where there is another owner.

    Owner becomes who accepts an offer. Raises Forbidden: member_role_missing, owner_by_themself; NotFound: no member;
    Invalid; NotAllowed last_owner.
    """
    business = _locked_by_owner(business, by)
    if role not in (MemberRole.MANAGER, MemberRole.VIEWER):
        raise Invalid("invalid", problems=[Problem("choice_unknown", "/role")])
    membership = _membership(business, person)
    _require_theirs(membership, by)
    if membership.role == role:
        return membership
    _require_another_owner(membership)
    membership.role = MemberRole(role)
    membership.save(update_fields=["role"])
    _revoke_all_by(business, person)
    data = {"person": person.pk, "role": str(role)}
    audit.record("business.member_role_changed", on=business, by=by, data=data)
    return membership


@audit.transaction
def remove(business: Business, person: User, *, by: User) -> None:
    """Raises Forbidden: member_role_missing, owner_by_themself; NotFound: no member; NotAllowed last_owner."""
    business = _locked_by_owner(business, by)
    membership = _membership(business, person)
    _require_theirs(membership, by)
    _end(membership, "business.member_removed", by=by)


@audit.transaction
def leave(business: Business, *, by: User) -> None:
    """Whatever one's role is. Raises NotFound: no member; NotAllowed last_owner."""
    business = locked(business)
    _end(_membership(business, by), "business.member_left", by=by)


def _end(membership: Membership, kind: str, *, by: User) -> None:
    _require_another_owner(membership)
    business, person = membership.business, membership.person
    _revoke_all_by(business, person)
    contacts = [contact for contact in (person.email, person.phone) if contact]
    for offer in business.member_invitations.filter(contact__in=contacts, closed_at=None):
        _close(offer, InvitationOutcome.REVOKED)
    audit.record(kind, on=business, by=by, data={"person": person.pk, "role": str(membership.role)})
    membership.delete()


def _locked_by_owner(business: Business, by: User) -> Business:
    business = locked(business)
    require_role(business, at_least=MemberRole.OWNER, by=by)
    return business


def _membership(business: Business, person: User) -> Membership:
    found = Membership.objects.select_related("business", "person").filter(business=business, person=person)
    membership = found.first()
    if membership is None:
        raise NotFound("not_found")
    return membership


def _require_theirs(membership: Membership, by: User) -> None:
    """No owner does anything to another one: whoever was taken in as an owner would throw the first one out."""
    if membership.role == MemberRole.OWNER and membership.person_id != by.pk:
        raise Forbidden("owner_by_themself")


def _require_another_owner(membership: Membership) -> None:
    others = Membership.objects.filter(
        ~Q(pk=membership.pk), business=membership.business_id, role=MemberRole.OWNER, person__is_active=True
    )
    if membership.role == MemberRole.OWNER and not others.exists():
        raise NotAllowed("last_owner")


def _step_back(business: Business, person: User) -> None:
    Membership.objects.filter(business=business, person=person).update(role=MemberRole.MANAGER)
    _revoke_all_by(business, person)


def _revoke_all_by(business: Business, person: User) -> None:
    """What an owner offered who is none any more."""
    for offer in business.member_invitations.filter(invited_by=person, closed_at=None):
        _close(offer, InvitationOutcome.REVOKED)


def _to_answer(invitation: MemberInvitation, by: User) -> MemberInvitation:
    invitation = _still_open(invitation)
    if invitation.contact not in (by.email, by.phone):
        raise NotFound("not_found")
    return invitation


def _still_open(invitation: MemberInvitation) -> MemberInvitation:
    """As it is now: the business is locked, and with it what was offered."""
    invitation = MemberInvitation.objects.select_related("invited_by").get(pk=invitation.pk)
    if invitation.closed_at or invitation.expires_at <= clock.now():
        raise NotAllowed("invitation_over")
    return invitation


def _close(invitation: MemberInvitation, outcome: InvitationOutcome) -> None:
    invitation.closed_at, invitation.outcome, invitation.contact = clock.now(), outcome, ""
    invitation.save(update_fields=["closed_at", "outcome", "contact"])


def _called(business: Business) -> str | Text:
    return business.legal_name or Text("Sebuah usaha", "A business")


def _problem(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])
