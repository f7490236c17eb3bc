"""One question, one page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotFound, Problem, Stale
from accounts.onboarding import judging
from accounts.onboarding.applying import answering, form_of_questions
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.proof_questions import FileQuestion, take_photo_back
from accounts.onboarding.applying.questions import Question
from accounts.onboarding.files import PageWithFile
from accounts.onboarding.pages import ApplicationPage, FormPage
from accounts.verification import photos
from accounts.verification.models import Status

TO_CHECK = "check"  # `then`: the page that the reader came from


class QuestionPage(FormPage, ApplicationPage):
    question: Question
    newer: list[Any] | None = None  # what somebody else answered meanwhile

    def find(self, **ids: str) -> None:
        super().find(**ids)
        question = form_of_questions.BY_SLUG.get(ids["slug"])
        if question is None:
            raise NotFound("not_found")
        self.question = question

    @cached_property
    def draft(self) -> Draft:
        return Draft(self.application)

    def elsewhere(self) -> str | None:
        """Where to be instead: nothing can be changed now, or this draft is not asked that."""
        if self.application.status not in answering.CHANGEABLE:
            return reverse("application_status", args=[self.application.pk])
        return None if self.question.is_asked(self.draft) else self.list_of_tasks

    @property
    def list_of_tasks(self) -> str:
        waits = self.application.status == Status.NEEDS_INFORMATION
        return reverse("application_status" if waits else "task_list", args=[self.application.pk])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        elsewhere = self.elsewhere()
        return HttpResponseRedirect(elsewhere) if elsewhere else super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        elsewhere = self.elsewhere()
        if elsewhere:
            return HttpResponseRedirect(elsewhere)
        if "skip" in request.POST and self.question.optional:
            answering.pass_over(self.application, self.question, by=self.reader)
            return HttpResponseRedirect(self.next_page())
        return super().post(request, *args, **kwargs)

    # The form.

    @property
    def form_class(self) -> Any:  # type: ignore[override]  # each question has its own
        return self.question.form_class

    def form_arguments(self) -> dict[str, Any]:
        return self.question.form_arguments(self.draft)

    def initial(self) -> dict[str, Any]:
        was = answering.mark(self.question.kept(self.draft))
        return {**self.question.given(self.draft), "was": was, "then": self.request.GET.get("then", "")}

    def save(self, form: Any) -> str:
        if not any(form.given().values()) and not self.question.optional:
            raise Invalid("required", problems=[Problem("required", f"/{form.visible_fields()[0].name}")])
        before = self.question.given(self.draft)
        try:
            self.draft = answering.answer(
                self.application, self.question, form.given(), was=form.cleaned_data["was"], by=self.reader
            )
        except Stale:
            self.show_newer(form)
            raise
        self.application = self.draft.application
        return self.after_saving(before)

    def after_saving(self, before: dict[str, Any]) -> str:
        return self.next_page()

    def show_newer(self, form: Any) -> None:
        """Whoever sends again after having read the other answer means it."""
        super().find(application_id=self.application.pk)
        self.draft = Draft(self.application)
        self.newer = list(self.question.lines(self.draft))
        form.data = form.data.copy()
        form.data["was"] = answering.mark(self.question.kept(self.draft))

    # Where to go.

    def next_page(self) -> str:
        """Back to where the reader came from; else the next question that nobody has been through."""
        if self.request.POST.get("then") == TO_CHECK:
            return reverse("check_answers", args=[self.application.pk])
        if self.application.status == Status.NEEDS_INFORMATION:
            return self.list_of_tasks
        question = form_of_questions.to_do_after(self.draft, self.question)
        return self.address(question) if question else self.list_of_tasks

    def address(self, question: Question) -> str:
        return reverse("question", args=[self.application.pk, question.slug])

    def get_template_names(self) -> list[str]:
        return [self.question.template_name]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        asked = form_of_questions.asked(self.draft)
        before = form_of_questions.before(self.draft, self.question)
        following = form_of_questions.following(self.draft, self.question)
        return super().get_context_data(
            application=self.application,
            question=self.question,
            place=asked.index(self.question) + 1 if self.question in asked else None,
            places=len(asked),
            back=self.address(before) if before else self.list_of_tasks,
            following=self.address(following) if following else self.list_of_tasks,
            list_of_tasks=self.list_of_tasks,
            is_draft=self.application.status == Status.DRAFT,
            newer=self.newer,
            **context,
        )


class NamePage(QuestionPage):
    """What speaks against a name is said before it is sent; what a reviewer will judge stops nobody."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if suggested := request.POST.get("use"):
            typed = request.POST.copy()
            typed["display_name"] = suggested  # the button is one of the fields
            request.POST = typed  # type: ignore[assignment]  # a form only reads it
        return super().post(request, *args, **kwargs)

    def save(self, form: Any) -> str:
        name = form.cleaned_data["display_name"]
        if judging.errors_of(name):
            self.judged = judging.judge(name, self.application.account)
        judging.require_good(name)
        return super().save(form)

    judged: judging.Judgement | None = None

    def after_saving(self, before: dict[str, Any]) -> str:
        """A name with warnings that is new is shown once more, with them; it is kept already."""
        name = self.application.display_name
        if name != before["display_name"] and judging.judge(name, self.application.account).warnings:
            return f"{self.address(self.question)}{'?then=check' if self.request.POST.get('then') == TO_CHECK else ''}"
        return self.next_page()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        name = self.application.display_name
        if self.judged is None and name:
            self.judged = judging.judge(name, self.application.account)
        came_from_check = self.request.GET.get("then") == TO_CHECK
        context["go_on"] = (
            reverse("check_answers", args=[self.application.pk]) if came_from_check else self.next_page()
        )
        return super().get_context_data(judged=self.judged, **context)


class NumberPage(QuestionPage):
    def after_saving(self, before: dict[str, Any]) -> str:
        shown = self.question.given(self.draft)["number"]
        messages.info(self.request, _("We have read the number as %(number)s.") % {"number": shown})
        if self.draft.number_is_taken:
            return reverse("claim_number", args=[self.application.pk])
        return self.next_page()


class FilePage(PageWithFile, QuestionPage):
    """Files are added one after the other: the page comes back and shows what is there."""

    question: FileQuestion

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "remove" in request.POST and self.question.slug == "photo" and not self.elsewhere():
            take_photo_back(self.application, by=self.reader)
            return HttpResponseRedirect(request.get_full_path())
        return super().post(request, *args, **kwargs)

    def save(self, form: Any) -> str:
        for file in form.sent:
            self.question.add(self.application, file, form, by=self.reader)
        return self.request.get_full_path()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        then = self.request.GET.get("then")
        to_check = reverse("check_answers", args=[self.application.pk])
        return super().get_context_data(
            draft=self.draft,
            is_answered=self.question.is_answered(self.draft),
            photo=photos.id_in(self.application.photo),
            then=TO_CHECK if then == TO_CHECK else "",
            go_on=to_check if then == TO_CHECK else self.next_page(),
            **context,
        )
