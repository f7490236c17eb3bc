"""What applications do when something happens below them: a business changes, an account closes, a badge ends,
a reviewer leaves, an owner signs in with something else."""

from datetime import datetime

from accounts.audit import journal as audit
from accounts.badges.reasons import REASONS
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.text import Text
from accounts.verification import notices
from accounts.verification.applying import withdraw
from accounts.verification.claims import release_all
from accounts.verification.effects import fall_back
from accounts.verification.models import UNDER_REVIEW, Application, Status
from accounts.verification.quality import draw_by_chance
from accounts.verification.requirements import require_apart


def start() -> None:
    audit.listen("business.changed", _refuse_in_review)
    audit.listen("account.closed", _withdraw_all)
    audit.listen("badge.ends_soon", _remind_the_owners)
    audit.listen("application.took_effect", draw_by_chance)
    audit.listen("person.disabled", _let_go_of_their_cases)
    audit.listen("person.changed", _let_go_of_their_cases)
    audit.listen("person.contact_changed", _keep_apart)
    for event in ("badge.suspended", "badge.reinstated", "badge.revoked", "badge.expired"):
        audit.listen(event, _tell_the_owners)


def _refuse_in_review(happening: audit.Happening) -> None:
    """Raises NotAllowed business_in_review: what a reviewer read does not change behind their back."""
    accounts = Account.objects.filter(business=happening.on).order_by("pk").select_for_update(no_key=True)
    if Application.objects.filter(account__in=list(accounts), status__in=UNDER_REVIEW).exists():
        raise NotAllowed("business_in_review")


def _withdraw_all(happening: audit.Happening) -> None:
    """A pending decision of one that is decided is undone first."""
    for application in Application.objects.open().filter(account=happening.on).order_by("pk"):
        if application.status == Status.DECIDED:
            fall_back(application, because="account_closed")
        withdraw(application, by=audit.SYSTEM)


def _let_go_of_their_cases(happening: audit.Happening) -> None:
    """Whoever may not review any more has no claim and is offered nothing. What they decided stays, and can be read.

    A case that is locked is passed over: whoever disables a person holds their row, for which a claim waits with the
    case locked.
    """
    person = User.objects.get(pk=happening.on)
    if person.has_perm("verification.review_application"):
        return
    release_all(person, by=audit.SYSTEM)
    offered = Application.objects.filter(offered_to=person).select_for_update(skip_locked=True, no_key=True)
    Application.objects.filter(pk__in=[application.pk for application in offered]).update(
        offered_to=None, offered_until=None
    )


def _keep_apart(happening: audit.Happening) -> None:
    """Raises NotAllowed owner_contact_is_the_number. Whoever changes it holds the accounts: no number is taken now."""
    person = User.objects.get(pk=happening.on)
    if person.phone:
        require_apart(person.phone, person)


def _tell_the_owners(happening: audit.Happening) -> None:
    account = Account.objects.get(pk=happening.data["account"])
    if account.live_name is not None:  # a closed account has none, and its owner closed it
        reason = REASONS.get(happening.data.get("reason", ""), Text("", ""))
        notices.of_the_badge(account, happening.kind.replace(".", "_"), reason=reason)


def _remind_the_owners(happening: audit.Happening) -> None:
    account = Account.objects.get(pk=happening.data["account"])
    notices.of_the_badge(
        account, "renewal_reminder", date=datetime.fromisoformat(happening.data["expires_at"])
    )
