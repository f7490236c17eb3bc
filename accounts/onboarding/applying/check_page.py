"""Everything that was answered, once more, and the button that sends it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError, Invalid, Problem
from accounts.onboarding import judging
from accounts.onboarding.applying import form_of_questions
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.question_page import TO_CHECK
from accounts.onboarding.applying.questions import Question
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.pages import ApplicationPage, FormPage
from accounts.proofs import services as proofs
from accounts.spoken import spoken
from accounts.verification import photos
from accounts.verification import services as verification
from accounts.verification.models import Application, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What is not about one question: the page that helps, by the code of the refusal.
WAYS_OUT: dict[str, tuple[str, "StrOrPromise"]] = {
    "number_taken": ("claim_number", _("Show that the number is yours")),
    "number_claimed": ("claim_number", _("Show that the number is yours")),
}
TO_WAIT = ("invitation_required", "cohort_full", "cohort_not_open", "cohort_other_country")


@dataclass(frozen=True)
class Answer:
    question: Question
    lines: "list[StrOrPromise]"
    change: str


@dataclass(frozen=True)
class Fault:
    sentence: str
    address: str
    words: "StrOrPromise" = ""


class CheckAnswers(FormPage, ApplicationPage):
    """A second tap, or a second tab, finds it sent, and is led to the same page."""

    template_name = "onboarding/check.html"

    @cached_property
    def draft(self) -> Draft:
        return Draft(self.application)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.application.status != Status.DRAFT:
            return HttpResponseRedirect(reverse("application_status", args=[self.application.pk]))
        return super().get(request, *args, **kwargs)

    def save(self, form: OwnerForm) -> str:
        try:
            self.send()
        except DomainError as refusal:
            if not Application.objects.filter(pk=self.application.pk, status=Status.DRAFT).exists():
                return self.sent_page
            self.refusal = refusal
            raise
        return self.sent_page

    def send(self) -> None:
        if self.application.status != Status.DRAFT:
            return
        if missing := form_of_questions.unanswered(self.draft):
            problems = [Problem("question_unanswered", f"/questions/{one.slug}") for one in missing]
            raise Invalid("requirements_missing", problems=problems)
        verification.submit(self.application, by=self.reader)

    @property
    def sent_page(self) -> str:
        return reverse("application_sent", args=[self.application.pk])

    refusal: DomainError | None = None

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        draft, application = self.draft, self.application
        answers = [
            Answer(question, question.lines(draft), f"{self.address(question)}?then={TO_CHECK}")
            for question in form_of_questions.asked(draft)
        ]
        judged = (
            judging.judge(application.display_name, application.account) if application.display_name else None
        )
        return super().get_context_data(
            application=application,
            answers=answers,
            judged=judged,
            faults=self.faults(),
            photo=photos.id_in(application.photo),
            may_change=self.role is not None and self.role.covers(self.to_change),
            proven=proofs.is_proven(application.account, application.number),
            **context,
        )

    def faults(self) -> list[Fault]:
        """What stood in the way of sending it, each with the page where it is mended."""
        if self.refusal is None:
            return []
        return [
            self._fault(problem.code, problem.pointer, spoken(problem.text)) for problem in self._problems()
        ]

    def _problems(self) -> list[Problem]:
        """Also what only the requirements know, so that nothing has to be sent twice over."""
        refusal = self.refusal
        assert refusal is not None
        if refusal.code != "requirements_missing":
            return list(refusal.problems) or [Problem(refusal.code, "", dict(refusal.params))]
        unanswered = [
            Problem("question_unanswered", f"/questions/{one.slug}")
            for one in form_of_questions.unanswered(self.draft)
        ]
        told = {_slug_of(problem.pointer) for problem in unanswered}
        known = verification.requirements(self.application)
        return unanswered + [
            Problem(one.code, one.pointer, sentence=one.text)
            for one in known
            if one.blocks == "submission" and _slug_of(one.pointer) not in told
        ]

    def _fault(self, code: str, pointer: str, sentence: str) -> Fault:
        question = form_of_questions.BY_SLUG.get(_slug_of(pointer))
        if question is not None:
            label = question.label
            text = f"{label}: {sentence}"
            return Fault(text, f"{self.address(question)}?then={TO_CHECK}")
        if code in WAYS_OUT:
            name, words = WAYS_OUT[code]
            return Fault(sentence, reverse(name, args=[self.application.pk]), words)
        if code in TO_WAIT:
            return Fault(sentence, reverse("waiting"), _("To the waiting list"))
        return Fault(sentence, "")

    def address(self, question: Question) -> str:
        return reverse("question", args=[self.application.pk, question.slug])


class Sent(ApplicationPage):
    """The reference, once it is sent."""

    template_name = "onboarding/sent.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.application.reference:
            return HttpResponseRedirect(reverse("task_list", args=[self.application.pk]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        application = self.application
        proven = proofs.is_proven(application.account, application.number)
        return super().get_context_data(application=application, proven=proven, **context)


def _slug_of(pointer: str) -> str:
    question = form_of_questions.BY_POINTER.get(pointer)
    return question.slug if question else pointer.removeprefix("/questions/")
