"""Papers go a set time after the application ended; what is open, or open again, keeps them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.audit.models import Event
from accounts.verification import retention
from accounts.verification import services as verification
from accounts.verification.models import Application, Evidence, TradeReference
from tests.factories import age, decline_now, make_submitted, owner_of
from tests.racing import outcomes, race


def files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def ended(days: int) -> Application:
    application = decline_now(make_submitted())
    TradeReference.objects.create(application=application, name="Pak Budi", contact="budi@gas.example")
    age(application, timedelta(days=days), "ended_at")
    return application


@pytest.mark.usefixtures("committed")
def test_papers_go_when_their_time_is_over(settings: Any) -> None:
    settings.EVIDENCE_KEPT = timedelta(days=90)
    old, young = ended(91), ended(89)
    still_open = make_submitted()
    assert len(files()) == 3

    assert retention.delete_due() == 1

    assert set(Evidence.objects.values_list("application", flat=True)) == {young.pk, still_open.pk}
    assert list(TradeReference.objects.values_list("application", flat=True)) == [young.pk]
    assert sorted(path.parent.name for path in files()) == sorted([young.pk, still_open.pk])
    assert Event.objects.get(kind="evidence.expired").data == {"files": 1}
    assert Event.objects.get(kind="evidence.expired").on == old.pk
    assert retention.delete_due() == 0


@pytest.mark.usefixtures("committed")
def test_an_objection_at_the_same_moment_keeps_them_or_comes_after(settings: Any) -> None:
    """Without the second look at the status under the lock, an application was open and its papers were gone though
    the objection had come first: seen with the look taken out."""
    settings.EVIDENCE_KEPT = timedelta(days=90)
    application = ended(91)
    owner = owner_of(application.account)
    results = race(
        lambda: verification.contest(application, text="Kami ada.", by=owner), lambda: retention.delete_due()
    )
    assert outcomes(results) == {"done": 2}
    kinds = list(Event.objects.filter(on=application.pk).order_by("seq").values_list("kind", flat=True))
    if "evidence.expired" in kinds:
        assert kinds.index("evidence.expired") < kinds.index("application.contested")
    else:
        assert Evidence.objects.filter(application=application).exists()
