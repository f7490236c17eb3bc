"""Proving a number: of an application, again of a live account, and one that another business has."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.businesses.models import Account
from accounts.messages.models import Channel
from accounts.onboarding.applying import answering
from accounts.onboarding.following import asking
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.numbers import standing
from accounts.onboarding.numbers.forms import CodeForm
from accounts.onboarding.pages import AccountPage, ActionPage, ApplicationPage, FormPage
from accounts.proofs import claims, reproofs
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberReproof
from accounts.verification.models import OPEN, Kind, Status


class SendsCode(ActionPage):
    """Sends a code, or rings and reads one out. Pressed twice, it sends one."""

    def channel(self) -> str:
        return Channel.VOICE if "call" in self.request.POST else Channel.SMS

    def on_its_way(self) -> str:
        if self.channel() == Channel.VOICE:
            return _("We are calling the number now. Answer, and write down the code.")
        return _("A code is on its way by SMS. Only the newest one is valid.")


class NumberOfApplication(ApplicationPage):
    """Of an application that still runs; of one that has ended, there is nothing to prove."""

    @property
    def number(self) -> str:
        return self.application.number

    @property
    def account(self) -> Account:
        return self.application.account

    @property
    def may_change(self) -> bool:
        return self.application.status in answering.CHANGEABLE or self.application.kind == Kind.NUMBER_CHANGE

    def other_number(self) -> str:
        """Where another number is written instead. What a reviewer has keeps the number that it was sent with."""
        if not self.may_change:
            return reverse("withdraw_application", args=[self.application.pk])
        if self.application.kind == Kind.NUMBER_CHANGE:
            return reverse("change_number", args=[self.account.pk])
        return reverse("question", kwargs={"application_id": self.application.pk, "slug": "number"})

    def ended(self) -> HttpResponse | None:
        if self.application.status in OPEN:
            return None
        return HttpResponseRedirect(reverse("application_status", args=[self.application.pk]))


class ProveNumber(FormPage, NumberOfApplication):
    template_name = "onboarding/number_prove.html"
    form_class = CodeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ended() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ended() or super().post(request, *args, **kwargs)

    def save(self, form: CodeForm) -> str:
        proofs.check_code(self.account, self.number, form.typed, by=self.reader)
        return reverse("prove_number", args=[self.application.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        moving = self.application.kind == Kind.NUMBER_CHANGE
        draft = self.application.status == Status.DRAFT
        return super().get_context_data(
            application=self.application,
            standing=standing.of(self.account, self.number),
            claim=claims.of(self.account, self.number),
            other_number=self.other_number(),
            may_change=self.may_change,
            kept_as_sent=_(
                "What you sent keeps this number. If it is wrong, withdraw the application and apply again."
            ),
            sends_itself=draft and moving,
            next_page=reverse(
                "task_list" if draft and not moving else "application_status", args=[self.application.pk]
            ),
            **context,
        )


class SendCode(SendsCode, NumberOfApplication):
    def act(self) -> str | None:
        if self.application.status not in OPEN or proofs.is_proven(self.account, self.number):
            return None  # the page says so
        proofs.send_code(self.account, self.number, channel=self.channel(), by=self.reader)
        return self.on_its_way()

    def next_page(self) -> str:
        return reverse("prove_number", args=[self.application.pk])


class SendNewNumber(ActionPage, NumberOfApplication):
    """The new number of a live account is proven: the application goes to a reviewer."""

    def act(self) -> str | None:
        if self.application.kind == Kind.NUMBER_CHANGE and self.application.status == Status.DRAFT:
            asking.ask_for(self.account, kind=Kind.NUMBER_CHANGE, number=self.number, by=self.reader)
            return _("The new number was sent. A reviewer looks at it.")
        return None

    def next_page(self) -> str:
        return reverse("application_status", args=[self.application.pk])


class ClaimNumber(FormPage, NumberOfApplication):
    """Of a number that another business has: who answers there is asked by a code, on either side."""

    template_name = "onboarding/number_claim.html"

    @property
    def has_answered(self) -> bool:
        return claims.has_fresh_proof(self.account, self.number)

    @property
    def form_class(self) -> Any:  # type: ignore[override]  # what is to be filled in depends on what was already
        return OwnerForm if self.has_answered else CodeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ended() or self.nothing_to_claim() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ended() or self.nothing_to_claim() or super().post(request, *args, **kwargs)

    def nothing_to_claim(self) -> HttpResponse | None:
        if standing.of(self.account, self.number).problem == "number_taken":
            return None
        return HttpResponseRedirect(reverse("prove_number", args=[self.application.pk]))

    def save(self, form: Any) -> str:
        if not self.has_answered:
            proofs.check_code(self.account, self.number, form.typed, by=self.reader)
        claims.open_claim(self.account, self.number, by=self.reader)
        return reverse("claim_number", args=[self.application.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            application=self.application,
            standing=standing.of(self.account, self.number, claiming=True),
            claim=claims.of(self.account, self.number),
            has_answered=self.has_answered,
            other_number=self.other_number(),
            **context,
        )


class SendClaimCode(SendsCode, NumberOfApplication):
    def act(self) -> str | None:
        if self.application.status not in OPEN or claims.of(self.account, self.number):
            return None
        proofs.send_code(self.account, self.number, channel=self.channel(), claiming=True, by=self.reader)
        return self.on_its_way()

    def next_page(self) -> str:
        return reverse("claim_number", args=[self.application.pk])


class WithdrawClaim(ActionPage, NumberOfApplication):
    def act(self) -> str | None:
        claim = claims.of(self.account, self.number)
        if claim is None:
            return None
        claims.withdraw(claim, by=self.reader)
        return _("You no longer claim the number.")

    def next_page(self) -> str:
        return reverse("claim_number", args=[self.application.pk])


class NumberOfAccount(AccountPage):
    """The live number, or one that the account was asked about while it only applies for it."""

    @property
    def asked(self) -> NumberReproof | None:
        return reproofs.first_of(self.account)

    @property
    def number(self) -> str:
        asked = self.asked
        return asked.number if asked else self.account.number or ""


class ProveAgain(FormPage, NumberOfAccount):
    template_name = "onboarding/number_again.html"
    form_class = CodeForm

    def save(self, form: CodeForm) -> str:
        proofs.check_code(self.account, self.number, form.typed, by=self.reader)
        messages.success(self.request, _("Thank you. The number is proven again."))
        return reverse("prove_again", args=[self.account.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        number = self.number
        return super().get_context_data(
            account=self.account,
            number=number,
            standing=standing.of(self.account, number) if number else None,
            asked=self.asked,
            proof=self.account.number_proofs.standing().filter(number=number).order_by("-proven_at").first(),
            **context,
        )


class SendCodeAgain(SendsCode, NumberOfAccount):
    def act(self) -> str | None:
        number = self.number
        if not number:
            return None
        proofs.send_code(self.account, number, channel=self.channel(), again=True, by=self.reader)
        return self.on_its_way()

    def next_page(self) -> str:
        return reverse("prove_again", args=[self.account.pk])
