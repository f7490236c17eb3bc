"""What is done, what is to do: the list from which every page of the form is reached."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.businesses import ownership
from accounts.onboarding import judging
from accounts.onboarding.applying import form_of_questions
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.questions import Question
from accounts.onboarding.pages import ApplicationPage
from accounts.proofs import services as proofs
from accounts.verification.models import Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DONE, TO_DO, OPTIONAL, WRONG = "done", "to_do", "optional", "wrong"
WORDS: dict[str, "StrOrPromise"] = {
    DONE: _("Done"),
    TO_DO: _("To do"),
    OPTIONAL: _("Optional"),
    WRONG: _("Look at this"),
}


@dataclass(frozen=True)
class Task:
    label: "StrOrPromise"
    address: str
    state: str

    @property
    def words(self) -> "StrOrPromise":
        return WORDS[self.state]


class TaskList(ApplicationPage):
    """Of a draft; what was sent has a page of its own."""

    template_name = "onboarding/tasks.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.application.status != Status.DRAFT:
            return HttpResponseRedirect(reverse("application_status", args=[self.application.pk]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        draft = Draft(self.application)
        wrong_ones = wrong(draft)
        tasks = [_of(draft, question, wrong_ones) for question in form_of_questions.asked(draft)]
        number = _proof(draft)
        left = [task for task in tasks if task.state in (TO_DO, WRONG)]
        return super().get_context_data(
            application=self.application,
            tasks=tasks,
            number=number,
            left=len(left),
            next_task=left[0] if left else None,
            may_change=self.role is not None and self.role.covers(self.to_change),
            **context,
        )


def wrong(draft: Draft) -> set[str]:
    """The questions that are answered in a way that can't be sent, by slug."""
    found = (
        {"name"}
        if draft.application.display_name and judging.errors_of(draft.application.display_name)
        else set()
    )
    if ownership.is_private(draft.application.number, draft.business):
        found.add("number")
    return found


def _of(draft: Draft, question: Question, wrong_ones: set[str]) -> Task:
    state = OPTIONAL if question.optional else TO_DO
    if question.slug in wrong_ones:
        state = WRONG
    elif question.lines(draft) or question.is_answered(draft):
        state = DONE
    return Task(question.label, reverse("question", args=[draft.application.pk, question.slug]), state)


def _proof(draft: Draft) -> Task | None:
    """Proving the number: it can wait until after the sending, but nothing is approved without it."""
    application = draft.application
    if not application.number:
        return None
    label = _("Prove the number with a code")
    if proofs.is_proven(application.account, application.number):
        return Task(label, reverse("prove_number", args=[application.pk]), DONE)
    if draft.number_is_taken:
        label = _("Another business has this number: show that it is yours")
        return Task(label, reverse("claim_number", args=[application.pk]), WRONG)
    return Task(label, reverse("prove_number", args=[application.pk]), TO_DO)
