"""What each role of staff may do: the one table. Permissions are Django's `app.action_model` and our own verbs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "", _("owner (no staff)")
    REVIEWER = "reviewer", _("reviewer")
    SENIOR_REVIEWER = "senior_reviewer", _("senior reviewer")
    OPERATOR = "operator", _("operator")
    AUDITOR = "auditor", _("auditor")


# What may be looked at by everyone on the staff: the journal and the registry's own facts.
_VIEW_DOMAIN = {
    f"{app}.view_{model}"
    for app, model in [
        ("audit", "event"),
        ("badges", "badge"),
        ("badges", "displaypolicy"),
        ("businesses", "account"),
        ("businesses", "bar"),
        ("businesses", "business"),
        ("businesses", "membership"),
        ("businesses", "numberdispute"),
        ("businesses", "numberuse"),
        ("businesses", "protectedname"),
        ("outbox", "template"),
        ("pilot", "cohort"),
        ("proofs", "numberclaim"),
        ("proofs", "numberproof"),
        ("verification", "application"),
        ("verification", "evidence"),
        ("verification", "figures"),
        ("verification", "qualitycheck"),
        ("verification", "reason"),
        ("reports", "report"),
        ("reports", "reportcase"),
        ("reports", "threshold"),
        ("badges", "bulksuspension"),
        ("status", "incident"),
        ("suggestions", "suggestion"),
        ("websites", "websiteproof"),
    ]
}
_REVIEW = _VIEW_DOMAIN | {
    "verification.review_application",
    "proofs.record_call_back",
    "badges.suspend_badge",
    "reports.settle_reportcase",
}
_SENIOR = _REVIEW | {
    "verification.second_application",
    "verification.review_alone",
    "verification.assign_application",
    "verification.compare_reviewers",
    "verification.add_reason",
    "verification.change_reason",
    "reports.change_threshold",
    "badges.add_bulksuspension",
    "status.publish_incident",
    "suggestions.triage_suggestion",
    "badges.revoke_badge",
    "badges.reinstate_badge",
    "businesses.lift_bar",
    "businesses.protect_account_name",
    "businesses.settle_numberdispute",
    "proofs.settle_numberclaim",
    "businesses.add_protectedname",
    "businesses.delete_protectedname",
    "pilot.add_cohort",
    "pilot.change_cohort",
    "pilot.view_invitation",
    "pilot.add_invitation",
    "pilot.revoke_invitation",
    "pilot.view_waitingentry",
    "people.view_user",
}
_OPERATE = _VIEW_DOMAIN | {
    "audit.view_logentry",
    "badges.add_displaypolicy",
    "badges.suspend_badge",
    "badges.add_bulksuspension",
    "status.publish_incident",
    "suggestions.triage_suggestion",
    "reports.change_threshold",
    "clients.view_clientapp",
    "clients.add_clientapp",
    "clients.change_clientapp",
    "clients.view_apikey",
    "clients.add_apikey",
    "clients.revoke_apikey",
    "clients.limit_apikey",
    "outbox.view_message",
    "people.view_user",
    "people.add_user",
    "people.change_user",
    "pilot.add_cohort",
    "pilot.change_cohort",
    "pilot.view_invitation",
    "pilot.add_invitation",
    "pilot.revoke_invitation",
    "pilot.view_waitingentry",
}
_AUDIT = _VIEW_DOMAIN | {
    "audit.view_logentry",
    "verification.compare_reviewers",
    "clients.view_clientapp",
    "clients.view_apikey",
    "outbox.view_message",
    "pilot.view_invitation",
    "pilot.view_waitingentry",
    "people.view_user",
}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: frozenset(),
    Role.REVIEWER: frozenset(_REVIEW),
    Role.SENIOR_REVIEWER: frozenset(_SENIOR),
    Role.OPERATOR: frozenset(_OPERATE),
    Role.AUDITOR: frozenset(_AUDIT),
}
