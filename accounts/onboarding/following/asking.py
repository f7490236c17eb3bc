"""What the owner of an account asks for after the first approval, as one step: to start it, or go on with it, and send.

And what a phone does to a button: it is pressed twice, in two tabs, or again after going back. Doing the same once more
changes nothing and is no mistake.
"""

from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.verification import services as verification
from accounts.verification.applying import FIELDS
from accounts.verification.models import UNDER_REVIEW, Application, Kind, Source, Status
from accounts.verification.transitions import lock

CAME_TO_NOTHING = (Status.DECLINED, Status.WITHDRAWN, Status.LAPSED)


def open_one(account: Account, kind: str) -> Application | None:
    return Application.objects.open().filter(account=account, kind=kind).first()


@audit.transaction
def prepare(account: Account, *, kind: str, by: audit.Actor, **profile: str) -> Application:
    """The open application of this kind, or a new draft. Raises NotAllowed as `verification.start`."""
    account = businesses.locked(account)
    found = open_one(account, kind)
    return found or verification.start(account, kind=kind, source=Source.FORM, cohort=None, by=by, **profile)


@audit.transaction
def ask_for(account: Account, *, kind: str, by: audit.Actor, **profile: str) -> Application:
    """Send it, unless it waits for an answer: that is given in words.

    Raises NotAllowed change_in_review where another wish of this kind is being read; else as `verification.start`,
    `change` and `submit`.
    """
    application = prepare(account, kind=kind, by=by, **profile)
    application = lock(application)
    differs = any(getattr(application, name) != value for name, value in profile.items())
    if differs and application.status in UNDER_REVIEW:
        raise NotAllowed("change_in_review")
    if differs:
        application = verification.change(application, revision=application.revision, by=by, **profile)
    if application.status == Status.DRAFT:
        application = verification.submit(application, by=by)
    return application


@audit.transaction
def apply_again(ended: Application, *, by: audit.Actor) -> Application:
    """A draft with what a first application that came to nothing asked for; the open one, where there is one.

    Raises NotAllowed step_over: it is of another kind, or has not ended so.
    """
    account = businesses.locked(ended.account)
    if (found := open_one(account, Kind.NEW)) is not None:
        return found
    if ended.kind != Kind.NEW or ended.status not in CAME_TO_NOTHING:
        raise NotAllowed("step_over")
    profile = {name: getattr(ended, name) for name in FIELDS[Kind.NEW]}
    return verification.start(account, kind=Kind.NEW, source=Source.FORM, by=by, **profile)


@audit.transaction
def answer(application: Application, question_id: str, *, text: str, by: audit.Actor) -> Application:
    """Answer the question that was read. Raises NotAllowed question_answered: in another tab, or by somebody else.

    So that no answer is given to a question that was asked since.
    """
    application = lock(application)
    question = next((one for one in application.questions.all() if one.pk == question_id), None)
    if question is not None and question.answered_at and question.answer == text:
        return application
    if question is None or question.answered_at or application.status != Status.NEEDS_INFORMATION:
        raise NotAllowed("question_answered")
    return verification.answer(application, text=text, by=by)


@audit.transaction
def withdraw(application: Application, *, by: audit.Actor) -> Application:
    """Raises NotAllowed withdraw_not_now. What goes on inside is not said: a decision may still be undone."""
    application = lock(application)
    if application.status == Status.WITHDRAWN:
        return application
    try:
        return verification.withdraw(application, by=by)
    except NotAllowed as refusal:
        code = "withdraw_not_now" if application.status == Status.DECIDED else "step_over"
        raise NotAllowed(code) from refusal


@audit.transaction
def contest(application: Application, *, text: str, by: audit.Actor) -> Application:
    """Raises NotAllowed contested_already, step_over, and as `verification.contest`."""
    application = lock(application)
    if application.contested and application.contest_text == text:
        return application
    if application.contested:
        raise NotAllowed("contested_already")
    if application.status != Status.DECLINED:
        raise NotAllowed("step_over")
    return verification.contest(application, text=text, by=by)


@audit.transaction
def close(account: Account, *, by: audit.Actor) -> Account:
    account = businesses.locked(account)
    return account if account.closed_at else businesses.close_account(account, by=by)
