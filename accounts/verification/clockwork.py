"""What the clock does about applications and badges."""

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit import sweeping
from accounts.badges import services as badges
from accounts.errors import NotAllowed
from accounts.verification import notices
from accounts.verification.applying import forget_proof, let_go
from accounts.verification.deciding import resume
from accounts.verification.effects import take_effect
from accounts.verification.models import Application, Status
from accounts.verification.transitions import lock, move, require_action

SWEEP = 500  # applications of one kind in one tick; the next tick goes on


def tick() -> dict[str, int]:
    """Everything that is due now. Returns how many of each."""
    return {
        "took_effect": sweeping.each(_decided_long_enough()[:SWEEP], take_effect),
        "resumed": sweeping.each(_deferred_until_today()[:SWEEP], _resume),
        "lapsed": sweeping.each(_left_alone()[:SWEEP], lapse),
        "reminded": badges.remind_due(),
        "extended": badges.extend_due(),
        "expired": badges.expire_due(),
    }


@audit.transaction
def lapse(application: Application) -> Application:
    """End a draft or a question that nobody took up. Raises NotAllowed: wrong_status, lapse_too_early."""
    application = lock(application)
    require_action(application, "lapse")
    if not _left_alone().filter(pk=application.pk).exists():  # the owner came back a moment ago
        raise NotAllowed("lapse_too_early", days=settings.LAPSE_AFTER.days)
    application = move(application, "lapse", Status.LAPSED, by=audit.SYSTEM)
    let_go(application, by=audit.SYSTEM)
    forget_proof(application, by=audit.SYSTEM)
    notices.to_owners(application, "application_lapsed")
    return application


def _resume(application: Application) -> Application:
    return resume(application, by=audit.SYSTEM)


def _decided_long_enough() -> QuerySet[Application]:
    return Application.objects.filter(
        status=Status.DECIDED,
        decisions__effective_at__lte=Now(),
        decisions__took_effect_at=None,
        decisions__undone_at=None,
    ).order_by("decisions__effective_at")


def _deferred_until_today() -> QuerySet[Application]:
    today = clock.here(clock.now()).date()
    return Application.objects.filter(status=Status.DEFERRED, resume_on__lte=today)


def _left_alone() -> QuerySet[Application]:
    return Application.objects.filter(
        status__in=[Status.DRAFT, Status.NEEDS_INFORMATION], changed_at__lte=Now() - settings.LAPSE_AFTER
    )
