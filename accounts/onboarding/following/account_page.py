"""An account after its approval: what clients draw, until when, and what its owner may do; and its closing."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.businesses import numbers
from accounts.businesses.lists import ContactPurpose
from accounts.businesses.models import Account, MemberRole
from accounts.errors import Invalid, Problem
from accounts.onboarding.following import asking
from accounts.onboarding.following.standing import standing_of
from accounts.onboarding.following.words import kind_word, status_word, tag_of
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.pages import AccountPage, FormPage
from accounts.verification.models import Application

LATEST = 5  # applications that ended, on the page


class MyAccount(AccountPage):
    http_method_names = ["get", "head", "options"]
    template_name = "onboarding/account.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        account, role = self.account, self.role
        assert role is not None
        standing = standing_of(account)
        return super().get_context_data(
            account=account,
            standing=standing,
            drawing=standing.drawing,
            number=numbers.shown(account.number) if account.number else "",
            purposes=[ContactPurpose(purpose).label for purpose in account.contact_purposes],
            under_way=[_line(one) for one in standing.open_by_kind.values()],
            ended=[_line(one) for one in _ended(account)],
            is_live=account.number is not None,
            has_lost_number=account.number is None and account.live_name is not None,
            can_change=role.covers(MemberRole.MANAGER) and account.closed_at is None,
            can_close=role == MemberRole.OWNER and account.closed_at is None,
            **context,
        )


def _ended(account: Account) -> list[Application]:
    ended = Application.objects.filter(account=account, ended_at__isnull=False)
    return list(ended.order_by("-created_at")[:LATEST])


def _line(application: Application) -> dict[str, Any]:
    return {
        "application": application,
        "kind": kind_word(application),
        "status": status_word(application),
        "tag": tag_of(application),
    }


class CloseForm(OwnerForm):
    sure = forms.BooleanField(label=gettext_lazy("Yes, close this account for good"), required=False)


class CloseAccount(FormPage, AccountPage):
    template_name = "onboarding/close.html"
    form_class = CloseForm
    to_look = MemberRole.OWNER
    to_change = MemberRole.OWNER

    def save(self, form: CloseForm) -> str:
        if not form.cleaned_data["sure"]:
            raise Invalid("confirm_first", problems=[Problem("confirm_first", "/sure")])
        asking.close(self.account, by=self.reader)
        return reverse("my_account", args=[self.account.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        number = numbers.shown(self.account.number) if self.account.number else ""
        return super().get_context_data(account=self.account, number=number, **context)
