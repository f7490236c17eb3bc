"""The steps of an application that was sent: answer a question, take it back, object, apply again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.businesses.models import MemberRole
from accounts.onboarding.files import FormWithFile, PageWithFile, file_field
from accounts.onboarding.following import asking
from accounts.onboarding.following.missing import page_of
from accounts.onboarding.following.status_page import open_question
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.pages import ActionPage, ApplicationPage, FormPage
from accounts.verification import evidence, reasons
from accounts.verification.models import UNDER_REVIEW, Question, Status


class AnswerForm(FormWithFile):
    question = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 4000}),
        required=False,
    )
    file = file_field(gettext_lazy("A photo or a paper, if it helps"))


class ObjectionForm(OwnerForm):
    text = forms.CharField(
        label=gettext_lazy("Why is the decision wrong?"),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000}),
        required=False,
    )


class Step(FormPage, ApplicationPage):
    """Leads back to the application. Where there is nothing to do any more, so does opening it."""

    to_look = MemberRole.MANAGER

    def is_possible(self) -> bool:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.is_possible() else self.back()

    def back(self) -> HttpResponse:
        return HttpResponseRedirect(self.status_address())

    def status_address(self) -> str:
        return reverse("application_status", args=[self.application.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(application=self.application, **context)


class Answer(PageWithFile, Step):
    template_name = "onboarding/status_answer.html"
    form_class = AnswerForm

    question: Question | None = None

    def is_possible(self) -> bool:
        self.question = open_question(self.application)
        return self.question is not None

    def initial(self) -> dict[str, Any]:
        return {"question": self.question.pk if self.question else ""}

    def save(self, form: AnswerForm) -> str:
        given = form.cleaned_data
        for file in form.sent if self.application.status == Status.NEEDS_INFORMATION else ():
            evidence.add(self.application, file=file, by=self.reader)
        asking.answer(self.application, given["question"], text=given["text"], by=self.reader)
        messages.success(self.request, _("Thank you. Your answer was sent; a reviewer goes on with it."))
        return self.status_address()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        asked = self.question or open_question(self.application)
        field = reasons.FIELDS.get(asked.field) if asked else None
        return super().get_context_data(
            asked=reasons.asked(asked) if asked else "",
            look_at=page_of(self.application, field.pointer) if field else "",
            files=self.application.evidence.order_by("uploaded_at"),
            **context,
        )


class Withdraw(Step):
    template_name = "onboarding/status_withdraw.html"

    def is_possible(self) -> bool:
        return self.application.status in (*UNDER_REVIEW, Status.NEEDS_INFORMATION, Status.DRAFT)

    def save(self, form: OwnerForm) -> str:
        asking.withdraw(self.application, by=self.reader)
        messages.success(self.request, _("The application was withdrawn."))
        return self.status_address()


class Contest(Step):
    template_name = "onboarding/status_contest.html"
    form_class = ObjectionForm

    def is_possible(self) -> bool:
        return self.application.status == Status.DECLINED and not self.application.contested

    def save(self, form: ObjectionForm) -> str:
        asking.contest(self.application, text=form.cleaned_data["text"], by=self.reader)
        messages.success(self.request, _("Your objection was sent. Somebody else reads it."))
        return self.status_address()


class ApplyAgain(ActionPage, ApplicationPage):
    """GET, as after a sign-in that came in between, leads to where the button is."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.next_page())

    def act(self) -> None:
        self.application = asking.apply_again(self.application, by=self.reader)

    def next_page(self) -> str:
        return reverse("application_status", args=[self.application.pk])
