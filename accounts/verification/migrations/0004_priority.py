"""Due dates and risk of the applications that were open before there were any."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import migrations

from accounts.verification.workhours import office  # arithmetic that keeps its meaning

CHUNK = 1_000
PROTECTED_CATEGORIES = ("finance", "government", "health")  # as they were


def fill(apps: Any, schema_editor: Any) -> None:
    """As at a submission; what the registry remembers of business and number is judged at the next step."""
    model = apps.get_model("verification", "Application")
    waiting = model.objects.filter(
        status__in=["submitted", "needs_information", "deferred", "awaiting_second", "decided"],
        submitted_at__isnull=False,
        due_at=None,
        time_left=None,
    )
    filled = []
    for application in waiting.iterator(chunk_size=CHUNK):
        if application.status == "needs_information":
            application.time_left = left_when_asked(application)
        else:
            application.due_at = office().add(application.submitted_at, settings.REVIEW_WITHIN)
        application.risk = risk_of_the_row(application)
        filled.append(application)
        if len(filled) == CHUNK:
            model.objects.bulk_update(filled, ["due_at", "time_left", "risk"])
            filled.clear()
    model.objects.bulk_update(filled, ["due_at", "time_left", "risk"])


def left_when_asked(application: Any) -> timedelta:
    """The owner was asked at its last step."""
    return settings.REVIEW_WITHIN - office().between(application.submitted_at, application.changed_at)


def risk_of_the_row(application: Any) -> int:
    if application.protected_look_alike:
        return 3
    if (
        application.contested
        or application.category in PROTECTED_CATEGORIES
        or "name_look_alike" in application.findings
    ):
        return 2
    return 1 if application.findings else 0


class Migration(migrations.Migration):
    dependencies = [("verification", "0003_desks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
