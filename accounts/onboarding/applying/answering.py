"""An answer to one question of the form is kept at once. Two tabs and two phones may answer: nobody writes over an
answer that they have not seen."""

import hashlib
import json
from typing import Any

from accounts.audit import journal as audit
from accounts.businesses.services import locked
from accounts.errors import NotAllowed, Stale
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.questions import Question
from accounts.onboarding.models import Progress
from accounts.people.models import User
from accounts.verification.models import Application, Status
from accounts.verification.transitions import lock

CHANGEABLE = (Status.DRAFT, Status.NEEDS_INFORMATION)


@audit.transaction
def answer(
    application: Application, question: Question, given: dict[str, Any], *, was: str, by: User
) -> Draft:
    """`was` is the mark of the answer that stood on the page (`mark`).

    Raises Stale changed_elsewhere; NotAllowed wrong_status; and what the services below refuse.
    """
    draft = Draft(_locked(application, question))
    before = question.kept(draft)
    if before != given:
        if was != mark(before):
            raise Stale("changed_elsewhere")
        question.save(draft, given, by=by)
    _note(draft, question)
    return Draft(_read(application))


@audit.transaction
def pass_over(application: Application, question: Question, *, by: User) -> None:
    """The question was read, and needs no answer: the answer, where there is one, stays."""
    _note(Draft(_locked(application, question)), question)


def mark(kept: dict[str, Any]) -> str:
    """Tells whether an answer is still the one that was shown."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def _locked(application: Application, question: Question) -> Application:
    """The business's row before the account's: so it is locked wherever both are."""
    if question.of_the_business:
        locked(application.account.business)
    application = lock(application)
    if application.status not in CHANGEABLE:
        raise NotAllowed("wrong_status", action="change", status=application.status)
    return application


def _read(application: Application) -> Application:
    return Application.objects.select_related("account__business").get(pk=application.pk)


def _note(draft: Draft, question: Question) -> None:
    """Under the lock of the application."""
    if question.slug not in draft.answered:
        answered = sorted(draft.answered | {question.slug})
        Progress.objects.update_or_create(application=draft.application, defaults={"answered": answered})
