"""Papers do not stay for ever: what was shown for an application is deleted a set time after it ended."""

from django.conf import settings
from django.db.models.functions import Now

from accounts.audit import journal as audit
from accounts.verification import evidence, photos
from accounts.verification.models import ENDED, Application, Evidence, TradeReference
from accounts.verification.transitions import lock

AT_ONCE = 200  # applications in one sweep


def delete_due() -> int:
    """Delete what is due, an application at a time. Returns of how many applications."""
    long_ended = {
        "application__status__in": ENDED,
        "application__ended_at__lte": Now() - settings.EVIDENCE_KEPT,
    }
    due = {
        *Evidence.objects.filter(**long_ended).values_list("application", flat=True)[:AT_ONCE],
        *TradeReference.objects.filter(**long_ended).values_list("application", flat=True)[:AT_ONCE],
    }
    for application in Application.objects.filter(pk__in=due).select_related("account").order_by("pk"):
        _delete(application)
    return len(due)


@audit.transaction
def _delete(application: Application) -> None:
    application = lock(application)
    if application.status not in ENDED:  # an objection opened it again: its papers are needed
        return
    papers = list(application.evidence.all())
    evidence.discard(papers)
    TradeReference.objects.filter(application=application).delete()
    photos.forget_unused(application.account, by=audit.SYSTEM)
    audit.record("evidence.expired", on=application, by=audit.SYSTEM, data={"files": len(papers)})
