"""Suspending many badges for an incident: what is chosen, the job, and stopping it."""

from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.badges import bulk as bulk_suspensions
from accounts.badges import bulk_work, jobs
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, BulkItem, BulkSuspension, Tier
from accounts.errors import Forbidden, Invalid, NotAllowed
from accounts.messages.models import Message
from accounts.people import services as people
from accounts.people.models import User
from tests.factories import badge_of, make_approved
from tests.racing import outcomes, race

pytestmark = pytest.mark.usefixtures("no_undo_window")


@pytest.fixture
def three(db_of_the_test: None, no_undo_window: None) -> list[Badge]:
    return [badge_of(make_approved()) for _ in range(3)]


def start(by: User, **facts: Any) -> BulkSuspension:
    return bulk_suspensions.start(Badge.objects.all(), **{"reason": "fraud", "by": by, **facts})


def figures(bulk: BulkSuspension) -> tuple[int, int, int]:
    bulk.refresh_from_db()
    return bulk.total, bulk.done, bulk.failed


def test_only_active_badges_are_chosen(three: list[Badge], sinta: User) -> None:
    badges.suspend(three[0], reason="spam", by=audit.SYSTEM)
    make_approved(Tier.CONFIRMED)
    bulk = start(sinta, note="the breach of 12 May")
    assert {item.badge_id for item in bulk.items.all()} == {three[1].pk, three[2].pk}
    assert figures(bulk) == (2, 0, 0)
    event = Event.objects.get(kind="bulk_suspension.started")
    assert (event.on, event.by, event.data) == (bulk.pk, sinta.pk, {"reason": "fraud", "total": 2})


def test_each_is_suspended_by_the_ordinary_service_and_each_owner_is_told(
    three: list[Badge], sinta: User
) -> None:
    told = Message.objects.count()
    bulk = start(sinta)
    jobs.suspend_in_bulk.func(bulk.pk)
    assert figures(bulk) == (3, 3, 0)
    assert bulk.finished_at is not None and not bulk.is_running
    assert set(Badge.objects.values_list("status", "reason")) == {(BadgeStatus.SUSPENDED, "fraud")}
    suspended = Event.objects.filter(kind="badge.suspended", by=sinta.pk)
    assert {event.on for event in suspended} == {badge.pk for badge in three}
    assert Message.objects.count() == told + 3
    finished = Event.objects.get(kind="bulk_suspension.finished")
    assert (finished.on, finished.data) == (bulk.pk, {"done": 3, "failed": 0})
    jobs.suspend_in_bulk.func(bulk.pk)  # a run too many
    assert Event.objects.filter(kind="bulk_suspension.finished").count() == 1


def test_what_is_refused_is_counted_and_named(three: list[Badge], sinta: User) -> None:
    bulk = start(sinta)
    badges.revoke(three[1], reason="spam", by=audit.SYSTEM)
    jobs.suspend_in_bulk.func(bulk.pk)
    assert figures(bulk) == (3, 2, 1)
    assert BulkItem.objects.get(state="refused").refusal == "badge_wrong_status"
    three[1].refresh_from_db()
    assert three[1].status == BadgeStatus.REVOKED


def test_one_that_fails_by_a_mistake_of_ours_does_not_hold_up_the_others(
    three: list[Badge], sinta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk = start(sinta)
    suspend = badges.suspend

    def broken(badge: Badge, **how: Any) -> Badge:
        if badge.pk == three[1].pk:
            raise RuntimeError("of ours")
        return suspend(badge, **how)

    monkeypatch.setattr(badges, "suspend", broken)
    jobs.suspend_in_bulk.func(bulk.pk)
    assert figures(bulk) == (3, 2, 1)
    assert BulkItem.objects.get(state="refused").refusal == "internal"


def test_who_was_disabled_meanwhile_suspends_nothing(three: list[Badge], sinta: User, olga: User) -> None:
    bulk = start(sinta)
    people.disable_staff(sinta, by=olga)
    jobs.suspend_in_bulk.func(bulk.pk)
    assert figures(bulk) == (3, 0, 3)
    assert set(bulk.items.values_list("refusal")) == {("permission_missing",)}


def test_it_goes_on_chunk_by_chunk_and_can_be_stopped(
    three: list[Badge], sinta: User, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_work, "CHUNK", 1)
    bulk = start(sinta)
    assert bulk_work.next_chunk(bulk.pk)
    assert figures(bulk) == (3, 1, 0)
    bulk_suspensions.stop(bulk, by=olga)
    assert not bulk_work.next_chunk(bulk.pk)
    assert figures(bulk) == (3, 1, 0)
    assert Badge.objects.filter(status=BadgeStatus.ACTIVE).count() == 2
    assert (bulk.finished_at, bulk.is_running) == (None, False)
    assert Event.objects.get(kind="bulk_suspension.stopped").data == {"done": 1, "failed": 0}
    with pytest.raises(NotAllowed, match="bulk_ended"):
        bulk_suspensions.stop(bulk, by=olga)


def test_a_turn_is_short_and_the_next_one_waits_in_the_queue(
    three: list[Badge], sinta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_work, "CHUNK", 1)
    monkeypatch.setattr(jobs, "TURN", 0)
    bulk = start(sinta)
    ProcrastinateJob.objects.all().delete()
    jobs.suspend_in_bulk.func(bulk.pk)
    waiting = ProcrastinateJob.objects.get()
    assert (waiting.task_name, waiting.args) == ("suspend_in_bulk", {"bulk_id": bulk.pk})
    assert figures(bulk) == (3, 1, 0)


def test_what_a_killed_worker_left_is_taken_up_again(three: list[Badge], sinta: User) -> None:
    bulk = start(sinta)
    ProcrastinateJob.objects.all().delete()
    jobs.resume_bulk_suspensions.func()
    jobs.resume_bulk_suspensions.func()
    assert ProcrastinateJob.objects.get().args == {"bulk_id": bulk.pk}
    jobs.suspend_in_bulk.func(bulk.pk)
    ProcrastinateJob.objects.all().delete()
    jobs.resume_bulk_suspensions.func()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"reason": ""}, "reason_required"),
        ({"reason": "because"}, "reason_unknown"),
        ({"note": "x" * 2001}, "value_too_long"),
    ],
)
def test_it_needs_a_reason_of_the_list_and_a_note_that_can_be_kept(
    three: list[Badge], sinta: User, facts: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        start(sinta, **facts)
    assert not BulkSuspension.objects.exists()


def test_it_needs_its_permission_and_something_to_suspend(
    three: list[Badge], rita: User, sinta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Forbidden, match="permission_missing"):
        start(rita)
    with pytest.raises(NotAllowed, match="nothing_to_suspend"):
        bulk_suspensions.start(Badge.objects.none(), reason="fraud", by=sinta)
    monkeypatch.setattr(bulk_suspensions, "MOST", 2)
    with pytest.raises(NotAllowed, match="bulk_too_many"):
        start(sinta)
    assert not BulkSuspension.objects.exists()


def test_two_workers_at_once_suspend_each_badge_once(
    committed: None, three: list[Badge], sinta: User
) -> None:
    """Failed without the lock on the bulk suspension: both counted the same chunk."""
    bulk = start(sinta)
    assert outcomes(race(*[lambda: jobs.suspend_in_bulk.func(bulk.pk)] * 4)) == {"done": 4}
    assert figures(bulk) == (3, 3, 0)
    assert Event.objects.filter(kind="badge.suspended").count() == 3
    assert Event.objects.filter(kind="bulk_suspension.finished").count() == 1
    assert not list(breaks())


def test_two_incidents_and_a_reviewer_at_once_suspend_each_badge_once(
    committed: None, three: list[Badge], sinta: User, rudi: User
) -> None:
    """No deadlock. Failed without the locks of `badges.suspend`: a badge was suspended twice."""
    one, other = start(sinta), start(rudi, reason="spam")
    race(
        lambda: jobs.suspend_in_bulk.func(one.pk),
        lambda: jobs.suspend_in_bulk.func(other.pk),
        *[lambda badge=badge: badges.suspend(badge, reason="spam", by=rudi) for badge in reversed(three)],
    )
    for bulk in (one, other):
        total, done, failed = figures(bulk)
        assert total == done + failed == 3
    assert Event.objects.filter(kind="badge.suspended").count() == 3
