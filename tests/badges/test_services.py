"""What may happen to a badge: every action from every status, terms, and the policies."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.badges import services as badges
from accounts.badges.models import LIVE, Badge, BadgeStatus, DisplayPolicy, Tier
from accounts.badges.policies import PILOT_TIERS, PILOT_VERSION
from accounts.badges.services import TRANSITIONS
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.errors import Forbidden, Invalid, NotAllowed
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.proofs import services as proofs
from accounts.sentences import WORDS
from tests.factories import age, badge_of, make_approved, make_reviewer

pytestmark = pytest.mark.django_db

Move = Callable[[Badge, User], object]


def badge_in(status: BadgeStatus, rudi: User) -> Badge:
    badge = badge_of(make_approved())
    if status != BadgeStatus.ACTIVE:
        ways: dict[BadgeStatus, Callable[[], object]] = {
            BadgeStatus.SUSPENDED: lambda: badges.suspend(badge, reason="spam", by=rudi),
            BadgeStatus.REVOKED: lambda: badges.revoke(badge, reason="fraud", by=rudi),
            BadgeStatus.EXPIRED: lambda: _expire(badge),
            BadgeStatus.SUPERSEDED: lambda: _supersede(badge),
        }
        ways[status]()
    badge.refresh_from_db()
    return badge


def _run_out(badge: Badge) -> None:
    age(badge, settings.BADGE_TERM, "expires_at", "term_ends_at", "issued_at")


def _expire(badge: Badge) -> None:
    _run_out(badge)
    badges.expire_due()


def _supersede(badge: Badge) -> None:
    with audit.together():
        badges.supersede(Account.objects.get(pk=badge.account_id), by=audit.SYSTEM)


MOVES: dict[str, Move] = {
    "suspend": lambda badge, rudi: badges.suspend(badge, reason="impersonation", by=rudi),
    "reinstate": lambda badge, rudi: badges.reinstate(badge, by=rudi),
    "revoke": lambda badge, rudi: badges.revoke(badge, reason="impersonation", by=rudi),
    "expire": lambda badge, rudi: badges.expire_due(),
    "supersede": lambda badge, rudi: _supersede(badge),
}
PASSES_OVER = ("expire", "supersede")  # they look for a live badge, and do nothing where there is none


def row(badge: Badge) -> list[Any]:
    account = Account.objects.filter(pk=badge.account_id)
    return [list(Badge.objects.filter(pk=badge.pk).values()), list(account.values())]


def test_every_line_of_the_table_is_tried() -> None:
    assert MOVES.keys() == TRANSITIONS.keys()


@pytest.mark.parametrize("status", BadgeStatus)
@pytest.mark.parametrize("action", TRANSITIONS)
def test_every_action_from_every_status(action: str, status: BadgeStatus, rudi: User) -> None:
    transition = TRANSITIONS[action]
    badge = badge_in(status, rudi)
    assert badge.status == status
    if action == "expire":
        _run_out(badge)
    before, last = row(badge), Event.objects.count()
    number = badge.account.number

    if status in transition.sources:
        MOVES[action](badge, rudi)
        badge.refresh_from_db()
        assert badge.status == transition.target
        (event,) = Event.objects.filter(seq__gt=last)
        assert (event.kind, event.on, event.data["account"]) == (
            transition.event,
            badge.pk,
            badge.account_id,
        )
        assert [changed.number for changed in event.numbers.all()] == [number]
        assert (badge.ended_at is None) == (badge.status in LIVE)
        return

    if action in PASSES_OVER:
        MOVES[action](badge, rudi)
    else:
        with pytest.raises(NotAllowed, match=f"badge_wrong_status.*{status}") as refused:
            MOVES[action](badge, rudi)
        assert WORDS["status"][status].id in refused.value.text.id
        entry = LogEntry.objects.latest("id")
        assert (entry.kind, entry.on, entry.by) == ("refused", badge.pk, rudi.pk)
    assert row(badge) == before
    assert Event.objects.count() == last


@pytest.mark.parametrize("status", BadgeStatus)
def test_a_badge_is_issued_only_where_none_is_live(status: BadgeStatus, rudi: User) -> None:
    badge = badge_in(status, rudi)
    account = badge.account
    if status in LIVE:
        with pytest.raises(NotAllowed, match="badge_wrong_status"):
            badges.issue(account, methods=["phone_code"], cause="app", by=audit.SYSTEM)
        assert [live.pk for live in Badge.objects.live().of(account)] == [badge.pk]
    else:
        issued = badges.issue(account, methods=["phone_code"], cause="app", by=audit.SYSTEM)
        assert [live.pk for live in Badge.objects.live().of(account)] == [issued.pk]


@pytest.mark.parametrize(
    ("verb", "may"),
    [
        ("suspend", {Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OPERATOR}),
        ("reinstate", {Role.SENIOR_REVIEWER}),
        ("revoke", {Role.SENIOR_REVIEWER}),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_who_may(verb: str, may: set[Role], role: Role, rudi: User) -> None:
    badge = badge_in(BadgeStatus.SUSPENDED if verb == "reinstate" else BadgeStatus.ACTIVE, rudi)
    before, last = row(badge), Event.objects.count()
    person = make_reviewer(role=role)
    if role in may:
        MOVES[verb](badge, person)
        assert Event.objects.latest("seq").by == person.pk
        return
    with pytest.raises(Forbidden, match="permission_missing"):
        MOVES[verb](badge, person)
    assert (row(badge), Event.objects.count()) == (before, last)


@pytest.mark.parametrize(("reason", "code"), [("", "reason_required"), ("because", "reason_unknown")])
@pytest.mark.parametrize("verb", [badges.suspend, badges.revoke])
def test_a_reason_is_a_coded_one(verb: Any, reason: str, code: str, rudi: User) -> None:
    badge = badge_in(BadgeStatus.ACTIVE, rudi)
    with pytest.raises(Invalid, match=code) as refused:
        verb(badge, reason=reason, by=rudi)
    assert [problem.pointer for problem in refused.value.problems] == ["/reason"]
    badge.refresh_from_db()
    assert badge.status == BadgeStatus.ACTIVE


def test_revoking_withdraws_the_confirmation_too(rudi: User) -> None:
    badge = badge_in(BadgeStatus.ACTIVE, rudi)
    badges.revoke(badge, reason="fraud", by=rudi)
    account = Account.objects.get(pk=badge.account_id)
    assert account.confirmed_at is None
    assert account.number is not None  # it stays the account's: nobody else may take it over


def test_a_failed_proof_suspends_at_once_with_its_reason(rita: User) -> None:
    account = make_approved()
    proofs.fail(account, by=rita, note="a stranger answered")
    badge = badge_of(account)
    assert (badge.status, badge.reason) == (BadgeStatus.SUSPENDED, "number_unproven")


def test_a_failed_proof_of_a_suspended_badge_keeps_the_first_reason(rudi: User) -> None:
    badge = badge_in(BadgeStatus.SUSPENDED, rudi)
    proofs.fail(badge.account, by=rudi)
    badge.refresh_from_db()
    assert badge.reason == "spam"


def test_closing_an_account_revokes_its_badge(ada: User) -> None:
    account = make_approved()
    businesses.close_account(account, by=ada)
    badge = badge_of(account)
    assert (badge.status, badge.reason) == (BadgeStatus.REVOKED, "business_closed")


# Terms.


@pytest.mark.parametrize("status", LIVE)
def test_a_term_ends_by_the_clock_suspended_or_not(status: BadgeStatus, rudi: User) -> None:
    badge, another = badge_in(status, rudi), badge_in(BadgeStatus.ACTIVE, rudi)
    assert badges.expire_due() == 0
    _run_out(badge)
    assert badges.expire_due() == 1
    badge.refresh_from_db()
    another.refresh_from_db()
    assert (badge.status, badge.ended_at) == (BadgeStatus.EXPIRED, badge.expires_at)
    assert another.status == BadgeStatus.ACTIVE


def test_a_term_is_a_year() -> None:
    badge = badge_of(make_approved())
    assert badge.expires_at - badge.issued_at == timedelta(days=365)
    assert badge.expires_at == badge.term_ends_at


def test_the_sweep_takes_more_than_one_transaction_of_badges(monkeypatch: Any, rudi: User) -> None:
    monkeypatch.setattr(badges, "SWEEP", 2)
    due = [badge_in(BadgeStatus.ACTIVE, rudi) for _ in range(5)]
    for badge in due:
        _run_out(badge)
    assert badges.expire_due() == 5
    assert not Badge.objects.live().exists()


def test_an_undecided_renewal_gets_another_week_and_then_another(rudi: User) -> None:
    badge = badge_in(BadgeStatus.ACTIVE, rudi)
    badges.keep_for_renewal(badge.account, by=audit.SYSTEM)
    assert badges.extend_due() == 0
    age(badge, settings.BADGE_TERM - timedelta(hours=1), "issued_at", "expires_at", "term_ends_at")
    for weeks in (1, 2):
        assert badges.extend_due() == 1
        assert badges.extend_due() == 0
        badge.refresh_from_db()
        assert badge.expires_at - badge.term_ends_at == timedelta(days=7 * weeks)
        age(badge, timedelta(days=7), "issued_at", "expires_at", "term_ends_at")
    assert badges.expire_due() == 0


def test_a_badge_that_ran_out_is_not_kept_by_a_late_renewal(rudi: User) -> None:
    badge = badge_in(BadgeStatus.ACTIVE, rudi)
    _run_out(badge)
    badges.keep_for_renewal(badge.account, by=audit.SYSTEM)
    assert badges.expire_due() == 1


def test_a_declined_renewal_leaves_the_rest_of_the_term(rudi: User) -> None:
    badge = badge_in(BadgeStatus.ACTIVE, rudi)
    badges.keep_for_renewal(badge.account, by=audit.SYSTEM)
    badges.renewal_ended(badge.account, by=audit.SYSTEM)
    badge.refresh_from_db()
    assert (badge.renewal_pending, badge.expires_at) == (False, badge.term_ends_at)
    assert badges.expire_due() == 0


def test_a_renewal_declined_after_the_term_ends_the_badge_at_once(rudi: User) -> None:
    badge = badge_in(BadgeStatus.ACTIVE, rudi)
    badges.keep_for_renewal(badge.account, by=audit.SYSTEM)
    age(badge, settings.BADGE_TERM - timedelta(hours=1), "issued_at", "expires_at", "term_ends_at")
    badges.extend_due()
    age(badge, timedelta(days=2), "issued_at", "expires_at", "term_ends_at")
    assert badges.expire_due() == 0
    badges.renewal_ended(badge.account, by=audit.SYSTEM)
    assert badges.expire_due() == 1


# Policies.


def changed_policy(*path: str, to: Any) -> dict[str, Any]:
    tiers = deepcopy(PILOT_TIERS)
    place: Any = tiers
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return tiers


def test_R1_R3_R4_the_pilot_policy_is_published_with_the_first_migration() -> None:
    policy = badges.current_policy()
    assert (policy.version, policy.tiers) == (PILOT_VERSION, PILOT_TIERS)
    verified = policy.tiers[Tier.VERIFIED]
    assert (verified["mark"]["symbol"], verified["mark"]["colour"]) == ("pin", "green")
    assert verified["chat"] == {
        "message_colour": "yellow",
        "notice_colour": "yellow",
        "messages_deletable": False,
    }


def test_R1_colour_is_data_a_new_policy_is_in_force_at_once(olga: User) -> None:
    blue = changed_policy("verified", "mark", "colour", to="blue")
    badges.publish_policy("pilot-2018.1", blue, offline_grace=3600, by=olga)
    policy = badges.current_policy()
    assert (policy.version, policy.offline_grace) == ("pilot-2018.1", 3600)
    assert policy.tiers[Tier.VERIFIED]["mark"]["colour"] == "blue"
    assert Event.objects.latest("seq").kind == "policy.published"


def test_a_published_version_is_never_changed(olga: User) -> None:
    with pytest.raises(NotAllowed, match="policy_in_force"):
        badges.publish_policy(PILOT_VERSION, changed_policy("verified", "mark", "colour", to="blue"), by=olga)
    assert badges.current_policy().tiers == PILOT_TIERS


@pytest.mark.parametrize(
    ("tiers", "pointer"),
    [
        ({}, "/tiers"),
        (changed_policy("verified", to={}), "/tiers/verified"),
        (changed_policy("verified", "mark", "label", "id", to=""), "/tiers/verified/mark/label/id"),
        (changed_policy("verified", "mark", "colour", to="<b>"), "/tiers/verified/mark/colour"),
        (
            changed_policy("confirmed", "chat", "messages_deletable", to="no"),
            "/tiers/confirmed/chat/messages_deletable",
        ),
    ],
)
def test_a_policy_says_all_of_it(tiers: dict[str, Any], pointer: str, olga: User) -> None:
    with pytest.raises(Invalid) as refused:
        badges.publish_policy("next.1", tiers, by=olga)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OPERATOR])
def test_only_operators_publish_policies(role: Role) -> None:
    with pytest.raises(Forbidden, match="permission_missing"):
        badges.publish_policy("next.1", PILOT_TIERS, by=make_reviewer(role=role))


@pytest.mark.parametrize("switch", ["block", "account_may_block"])
def test_R5_no_policy_can_switch_blocking_off(switch: str) -> None:
    with pytest.raises(IntegrityError, match="R5_blocking_is_always_possible"):
        DisplayPolicy.objects.create(version="next.1", tiers=PILOT_TIERS, **{switch: False})


def test_a_policy_is_published_at_the_databases_time(olga: User) -> None:
    before = clock.now()
    policy = badges.publish_policy("next.1", PILOT_TIERS, by=olga)
    policy.refresh_from_db()
    assert before <= policy.published_at <= clock.now()
