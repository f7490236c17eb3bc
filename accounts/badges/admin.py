"""Badges: suspended, reinstated and revoked with a reason. Policies: published, never changed."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.forms.fields import InvalidJSONInput
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.audit.verbs import Verb, Verbs
from accounts.badges import services as badges
from accounts.badges.bulk_admin import SuspendsInBulk
from accounts.badges.models import LIVE, Badge, BadgeStatus, DisplayPolicy
from accounts.badges.reason_form import ReasonForm
from accounts.badges.reasons import REASONS
from accounts.people.recently import sign_in_again
from accounts.spoken import spoken


@admin.register(Badge)
class BadgeAdmin(SuspendsInBulk, Verbs):
    list_display = ["id", "account", "number", "status", "issued_at", "expires_at", "why"]
    list_select_related = ["account"]
    list_filter = ["status", "renewal_pending", "expires_at"]
    search_fields = ["account__live_name", "=account__number", "=account__id", "=id", "=cause"]
    ordering = ["-issued_at", "-id"]
    fields = [
        "id",
        "account",
        "number",
        "status",
        "why",
        "methods",
        "cause",
        "issued_at",
        "term_ends_at",
        "expires_at",
        "renewal_pending",
        "suspended_at",
        "ended_at",
    ]
    verbs = [
        Verb(
            "suspend",
            _("Suspend"),
            _("The very next look-up shows no badge. It can be reinstated."),
            _("The badge is suspended."),
            "badges.suspend_badge",
            badges.suspend,
            ReasonForm,
            possible=lambda badge: badge.status == BadgeStatus.ACTIVE,
        ),
        Verb(
            "reinstate",
            _("Reinstate"),
            _("The very next look-up shows the badge again."),
            _("The badge is active again."),
            "badges.reinstate_badge",
            badges.reinstate,
            possible=lambda badge: badge.status == BadgeStatus.SUSPENDED,
        ),
        Verb(
            "revoke",
            _("Revoke"),
            _(
                "This is final: the very next look-up shows no badge, and only a new approval issues another one."
                " The account is not confirmed any more either."
            ),
            _("The badge is revoked."),
            "badges.revoke_badge",
            badges.revoke,
            ReasonForm,
            possible=lambda badge: badge.status in LIVE,
            before=sign_in_again,
        ),
    ]

    @admin.display(description=_("number"))
    def number(self, badge: Badge) -> str:
        return badge.account.number or ""

    @admin.display(description=_("reason"))
    def why(self, badge: Badge) -> str:
        return spoken(REASONS[badge.reason]) if badge.reason in REASONS else ""


class _Indented(json.JSONEncoder):
    def __init__(self, **how: Any) -> None:
        super().__init__(**{**how, "indent": 2})


class TiersField(forms.JSONField):
    widget = forms.Textarea(attrs={"rows": 30, "cols": 80, "spellcheck": "false", "class": "vLargeTextField"})

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as too_deep:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from too_deep

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, letter for letter: it may be too deep to be read, or hold what no page can show."""
        return InvalidJSONInput(data or "")


class PolicyForm(forms.Form):
    version = forms.CharField(
        label=_("Version"),
        max_length=40,
        help_text=_("Small letters, digits, dots and hyphens, for example pilot-2017.2."),
    )
    tiers = TiersField(
        label=_("Tiers"),
        encoder=_Indented,
        help_text=_(
            "For each tier its mark and its chat, as in the policy in force. Blocking can't be switched off."
        ),
    )
    offline_grace = forms.IntegerField(
        label=_("Offline grace"), min_value=0, max_value=2**31 - 1, help_text=_("Seconds.")
    )


def _policy_in_force(row: object) -> dict[str, Any]:
    policy = DisplayPolicy.objects.order_by("-published_at").first()
    if policy is None:
        return {"offline_grace": 86_400}
    return {"tiers": policy.tiers, "offline_grace": policy.offline_grace}


@admin.register(DisplayPolicy)
class DisplayPolicyAdmin(Verbs):
    list_display = ["version", "published_at", "offline_grace"]
    ordering = ["-published_at"]
    fields = [
        "version",
        "published_at",
        "tiers_in_full",
        "offline_grace",
        "block",
        "report",
        "account_may_block",
    ]
    new = Verb(
        "add",
        _("Publish a policy"),
        _(
            "It is in force at once, for every card. What is published can't be changed: a change is a new version."
        ),
        _("The policy is in force."),
        "badges.add_displaypolicy",
        badges.publish_policy,
        PolicyForm,
        initial=_policy_in_force,
    )

    @admin.display(description=_("tiers"))
    def tiers_in_full(self, policy: DisplayPolicy) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(policy.tiers, ensure_ascii=False, indent=2))
