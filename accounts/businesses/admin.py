"""Businesses and accounts, to be looked at; protected names, numbers declared personal, and bars, to be dealt with."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import ReadOnly, Verb, Verbs
from accounts.businesses import bars
from accounts.businesses import services as businesses
from accounts.businesses.disputes_admin import NumberDisputeAdmin
from accounts.businesses.lists import Category
from accounts.businesses.models import (
    Account,
    Bar,
    Business,
    Membership,
    NumberDispute,
    NumberUse,
    ProtectedName,
)


class MembershipInline(admin.StackedInline[Membership, Business]):
    model = Membership
    fields = ["person", "contact", "role"]
    readonly_fields = ["person", "contact", "role"]
    extra = 0
    can_delete = False

    @admin.display(description=_("contact"))
    def contact(self, membership: Membership) -> str:
        return membership.person.email or membership.person.phone or ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("person")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Business)
class BusinessAdmin(LoggedViews, ReadOnly):
    list_display = ["legal_name", "kind", "registration_number", "country", "client", "created_at"]
    list_select_related = ["client"]
    list_filter = ["kind"]
    search_fields = ["legal_name", "=registration_number", "=id"]
    ordering = ["-id"]
    fields = [
        "id",
        "kind",
        "legal_name",
        "registration_number",
        "country",
        "client",
        "created_at",
        "accounts",
        "bars",
    ]
    inlines = [MembershipInline]

    @admin.display(description=_("accounts"))
    def accounts(self, business: Business) -> SafeString:
        return _links("businesses_account", business.accounts.order_by("pk"))

    @admin.display(description=_("bars"))
    def bars(self, business: Business) -> SafeString:
        return _links("businesses_bar", business.bars.order_by("pk"))


class NumberUseInline(admin.StackedInline[NumberUse, Account]):
    model = NumberUse
    fields = ["number", "since"]
    readonly_fields = ["number", "since"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(LoggedViews, Verbs):
    list_display = [
        "id",
        "live_name",
        "number",
        "category",
        "country",
        "business",
        "confirmed_at",
        "closed_at",
    ]
    list_select_related = ["business"]
    list_filter = [
        "category",
        "name_protected",
        ("confirmed_at", admin.EmptyFieldListFilter),
        ("closed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["live_name", "=number", "=id", "=business__id", "business__legal_name"]
    ordering = ["-id"]
    fields = [
        "id",
        "business",
        "live_name",
        "name_protected",
        "number",
        "country",
        "category",
        "website",
        "photo",
        "about",
        "contact_purposes",
        "created_at",
        "confirmed_at",
        "closed_at",
        "disputes",
    ]
    inlines = [NumberUseInline]
    verbs = [
        Verb(
            "protect",
            _("Protect the name"),
            _("Names that look like this live name will need two reviewers."),
            _("The name is protected."),
            "businesses.protect_account_name",
            lambda account, by: businesses.protect_name(account, True, by=by),
            possible=lambda account: account.live_name is not None and not account.name_protected,
        ),
        Verb(
            "unprotect",
            _("Stop protecting the name"),
            _("Names that look like this one will no longer need two reviewers."),
            _("The name is no longer protected."),
            "businesses.protect_account_name",
            lambda account, by: businesses.protect_name(account, False, by=by),
            possible=lambda account: account.name_protected,
        ),
    ]

    @admin.display(description=_("declared personal"))
    def disputes(self, account: Account) -> SafeString:
        return _links("businesses_numberdispute", account.disputes.order_by("pk"))


admin.site.register(NumberDispute, NumberDisputeAdmin)


@admin.register(Bar)
class BarAdmin(LoggedViews, Verbs):
    list_display = ["id", "business", "registration_number", "country", "reason", "barred_at", "lifted_at"]
    list_select_related = ["business"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["business__legal_name", "=registration_number", "=id", "=business__id"]
    ordering = ["lifted_at", "-barred_at"]
    fields = [
        "id",
        "business",
        "registration_number",
        "country",
        "barred_owners",
        "reason",
        "barred_at",
        "lifted_at",
        "lifted_by",
    ]
    verbs = [
        Verb(
            "lift",
            _("Lift the bar"),
            _(
                "The business, its registration number and its owners may apply again. Revoked badges stay revoked."
            ),
            _("The bar is lifted."),
            "businesses.lift_bar",
            bars.lift,
            possible=lambda bar: bar.lifted_at is None,
        )
    ]

    @admin.display(description=_("owners"))
    def barred_owners(self, bar: Bar) -> str:
        return ", ".join(str(owner) for owner in bar.owners.all())


class ProtectedNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=75)
    category = forms.ChoiceField(label=_("Category"), choices=Category)
    country = forms.CharField(
        label=_("Country"), max_length=2, help_text=_("ISO 3166-1, two letters, for example ID.")
    )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


@admin.register(ProtectedName)
class ProtectedNameAdmin(Verbs):
    list_display = ["name", "category", "country"]
    list_filter = ["category"]
    search_fields = ["name", "=country", "=id"]
    fields = ["id", "name", "category", "country"]
    new = Verb(
        "add",
        _("Protect a name"),
        _("Names that look like this one will need two reviewers."),
        _("The name is protected."),
        "businesses.add_protectedname",
        businesses.protect,
        ProtectedNameForm,
    )
    verbs = [
        Verb(
            "unprotect",
            _("Stop protecting the name"),
            _("Names that look like this one will no longer need two reviewers."),
            _("The name is no longer protected."),
            "businesses.delete_protectedname",
            businesses.unprotect,
            ends=True,
        )
    ]


def _links(page: str, rows: QuerySet[Any]) -> SafeString:
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((reverse(f"admin:{page}_change", args=[row.pk]), row) for row in rows)
    )
