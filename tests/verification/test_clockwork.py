"""What the clock does: effects, lapses, deferrals and terms that are due."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import clock
from accounts.audit.models import Event
from accounts.badges.models import BadgeStatus
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.verification import clockwork
from accounts.verification import services as verification
from accounts.verification.models import Application, Decision, Status
from tests.factories import (
    age,
    badge_of,
    let_undo_window_pass,
    make_approved,
    make_claimed,
    make_draft,
    owner_of,
)

pytestmark = pytest.mark.django_db

NOTHING = {"took_effect": 0, "resumed": 0, "lapsed": 0, "reminded": 0, "extended": 0, "expired": 0}


def test_nothing_is_due_before_its_time(rita: User) -> None:
    make_draft()
    make_approved()
    verification.approve(make_claimed(rita), tier="verified", by=rita)
    last = Event.objects.count()
    assert verification.tick() == NOTHING
    assert Event.objects.count() == last


def test_one_tick_does_everything_that_is_due_and_the_next_nothing(rita: User) -> None:
    decided = verification.approve(make_claimed(rita), tier="verified", by=rita)
    let_undo_window_pass(decided)
    deferred = make_claimed(rita)
    verification.defer(deferred, until=(clock.now() + timedelta(days=2)).date(), by=rita)
    Application.objects.filter(pk=deferred.pk).update(resume_on=timezone.localdate(clock.now()))
    draft, asked = make_draft(), make_claimed(rita)
    verification.ask(asked, field="about", text="Since when?", by=rita)
    for left_alone in (draft, asked):
        age(left_alone, settings.LAPSE_AFTER, "changed_at")
    old = badge_of(make_approved())
    age(old, settings.BADGE_TERM, "issued_at", "term_ends_at", "expires_at")

    assert verification.tick() == NOTHING | {"took_effect": 1, "resumed": 1, "lapsed": 2, "expired": 1}
    for application, status in [
        (decided, Status.APPROVED),
        (deferred, Status.SUBMITTED),
        (draft, Status.LAPSED),
        (asked, Status.LAPSED),
    ]:
        application.refresh_from_db()
        assert application.status == status
    old.refresh_from_db()
    assert old.status == BadgeStatus.EXPIRED
    assert verification.tick() == NOTHING


def test_what_the_clock_does_is_done_by_the_system(rita: User) -> None:
    decided = verification.approve(make_claimed(rita), tier="verified", by=rita)
    let_undo_window_pass(decided)
    last = Event.objects.latest("seq").seq
    verification.tick()
    done = Event.objects.filter(seq__gt=last).order_by("seq")
    assert [event.kind for event in done] == ["application.took_effect", "account.approved", "badge.issued"]
    assert {event.by for event in done} == {"system"}


def test_a_deferred_case_comes_back_on_its_date_not_before(rita: User) -> None:
    application = make_claimed(rita)
    tomorrow = timezone.localdate(clock.now()) + timedelta(days=1)
    verification.defer(application, until=tomorrow, by=rita)
    assert verification.tick()["resumed"] == 0
    Application.objects.filter(pk=application.pk).update(resume_on=tomorrow - timedelta(days=1))
    assert verification.tick()["resumed"] == 1
    application.refresh_from_db()
    assert (application.status, application.resume_on) == (Status.SUBMITTED, None)


def test_a_draft_lapses_thirty_days_after_the_last_step(rita: User) -> None:
    application = make_draft()
    age(application, settings.LAPSE_AFTER - timedelta(minutes=1), "changed_at")
    assert verification.tick()["lapsed"] == 0
    with pytest.raises(NotAllowed, match="lapse_too_early"):
        verification.lapse(application)
    verification.change(
        application, revision=application.revision, by=owner_of(application.account), display_name="Toko Baru"
    )
    age(application, timedelta(minutes=1), "changed_at")
    assert verification.tick()["lapsed"] == 0


def test_a_lapse_that_was_due_a_moment_ago_does_not_hit_an_owner_who_came_back() -> None:
    """The sweep's list is older than its locks: what is due is asked again under the lock."""
    application = make_draft()
    age(application, settings.LAPSE_AFTER, "changed_at")
    due = list(clockwork._left_alone())
    verification.change(
        application, revision=application.revision, by=owner_of(application.account), display_name="Toko Baru"
    )
    for listed in due:
        with pytest.raises(NotAllowed, match="lapse_too_early"):
            verification.lapse(listed)


def test_the_owners_are_told_that_it_lapsed_and_the_number_is_free(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, field="about", text="Since when?", by=rita)
    age(application, settings.LAPSE_AFTER, "changed_at")
    verification.tick()
    assert Message.objects.latest("id").template == "application_lapsed"
    assert not application.account.number_uses.exists()


def test_one_that_fails_does_not_hold_up_the_others(rita: User, caplog: Any) -> None:
    first, broken, last = (
        verification.approve(make_claimed(rita), tier="verified", by=rita) for _ in range(3)
    )
    for application in (first, broken, last):
        let_undo_window_pass(application)
    # Something nobody foresaw: the row points to a category that the account may not have.
    Application.objects.filter(pk=broken.pk).update(category="unforeseen")
    assert verification.tick()["took_effect"] == 2
    assert f"take_effect on {broken.pk} failed" in caplog.text
    broken.refresh_from_db()
    assert broken.status == Status.DECIDED
    assert Decision.objects.pending().filter(application=broken).exists()
