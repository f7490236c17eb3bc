"""Every address of the admin and who may open it: the table, and the test that fails where a line is missing."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.badges import bulk
from accounts.badges.models import Badge, DisplayPolicy
from accounts.businesses import bars, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Bar, NumberDispute
from accounts.clients.models import ApiKey, ClientApp
from accounts.messages import services as messages
from accounts.messages.models import Message
from accounts.people import factors, second_factor
from accounts.people import urls as people
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.pilot.models import WaitingEntry
from accounts.proofs.models import NumberProof
from accounts.reports import services as reports
from accounts.reports.models import Report, ReportCase, Threshold
from accounts.suggestions import services as suggestions
from accounts.verification import photos
from accounts.verification.jobs import tick
from accounts.verification.models import Decision, QualityCheck, Reason
from accounts.websites import services as websites
from tests import staff
from tests.factories import (
    badge_of,
    make_approved,
    make_cohort,
    make_owner,
    make_reviewer,
    make_submitted,
    uploaded,
)
from tests.pilot.invited import invited
from tests.proofs.claiming import claimed
from tests.registry.status.telling import opened
from tests.verification.papers import photo

R, S, O, A = Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OPERATOR, Role.AUDITOR  # noqa: E741  # columns of the table
STAFF, REVIEWERS, CONTROL, NOBODY = {R, S, O, A}, {R, S}, {O, A}, set[Role]()

# What opens: the roles, for each page of a model. Pages that are not named are nobody's.
MODELS: dict[str, dict[str, set[Role]]] = {
    "auth_group": {},
    "procrastinate_procrastinatejob": {},
    "people_user": {"view": {S, O, A}, "add": {O}, "password": {O}, "reset": {O}},
    "audit_event": {"view": STAFF},
    "audit_logentry": {"view": CONTROL},
    "clients_clientapp": {"view": CONTROL, "add": {O}},
    "clients_apikey": {"view": CONTROL, "add": {O}, "revoke": {O}, "quota": {O}},
    "outbox_message": {"view": CONTROL, "texts": STAFF},
    "businesses_business": {"view": STAFF},
    "businesses_account": {"view": STAFF, "protect": {S}, "unprotect": {S}},
    "businesses_numberdispute": {"view": STAFF, "settle": {S}, "give_up": {S}},
    "businesses_bar": {"view": STAFF, "lift": {S}},
    "businesses_protectedname": {"view": STAFF, "add": {S}, "unprotect": {S}},
    "proofs_numberproof": {"view": STAFF, "fail": REVIEWERS, "ask_again": REVIEWERS},
    "proofs_numberclaim": {"view": STAFF, "refuse": {S}, "give": {S}},
    "pilot_cohort": {"view": STAFF, "add": {S, O}, "edit": {S, O}, "waiting": {S, O}},
    "pilot_invitation": {"view": {S, O, A}, "add": {S, O}, "resend": {S, O}, "revoke": {S, O}},
    "pilot_waitingentry": {"view": {S, O, A}},
    "badges_badge": {"view": STAFF, "suspend": {R, S, O}, "reinstate": {S}, "revoke": {S}},
    "badges_displaypolicy": {"view": STAFF, "add": {O}},
    "badges_bulksuspension": {"view": STAFF, "stop": {S, O}},
    "reports_report": {"view": STAFF},
    "reports_reportcase": {"view": STAFF, "act": REVIEWERS, "dismiss": REVIEWERS},
    "reports_threshold": {"view": STAFF, "edit": {S, O}},
    "websites_websiteproof": {"view": STAFF},
    "status_incident": {"view": STAFF, "add": {S, O}, "plan": {S, O}, "update": {S, O}},
    "suggestions_suggestion": {
        "view": STAFF,
        "plan": {S, O},
        "finish": {S, O},
        "decline": {S, O},
        "reword": {S, O},
    },
    "verification_reason": {"view": STAFF, "add": {S}, "edit": {S}, "retire": {S}, "restore": {S}},
    "verification_qualitycheck": {
        "view": STAFF,
        "answer": REVIEWERS,
        "figures": STAFF,
        "decisions": STAFF,
        "aggregates": STAFF,
    },
    "verification_application": {
        "view": STAFF,
        "evidence": STAFF,
        "viewer": STAFF,
        "page": STAFF,
        "photo": STAFF,
        "reading": REVIEWERS,
        "claim": REVIEWERS,
        "release": REVIEWERS,
        "approve": REVIEWERS,
        "decline": REVIEWERS,
        "bar": REVIEWERS,
        "ask": REVIEWERS,
        "defer": REVIEWERS,
        "resume": REVIEWERS,
        "second": {S},
        "overrule": {S},
        "take_back": REVIEWERS,
        "call_back": REVIEWERS,
        "escalate": REVIEWERS,
        "note": REVIEWERS,
        "acknowledge": REVIEWERS,
        "live": STAFF,
        "renew": REVIEWERS,
        "next": REVIEWERS,
        "keep": STAFF,
        "forget": STAFF,
    },
}
VIEWS = ("changelist", "change", "history")
# Addresses of a model that name no row.
PAGES_OF_ALL = {
    "changelist",
    "add",
    "plan",
    "next",
    "keep",
    "forget",
    "figures",
    "decisions",
    "aggregates",
    "texts",
}
ROWS: dict[str, set[Role]] = {
    "index": STAFF,
    "app_list": STAFF,
    "password_change": STAFF,
    "password_change_done": STAFF,
    "jsi18n": STAFF,
    "autocomplete": NOBODY,  # no field asks for it
    "view_on_site": NOBODY,  # nothing has a page of its own elsewhere
} | {
    f"{model}_{page}": roles.get("view" if page in VIEWS else page, NOBODY)
    for model, roles in MODELS.items()
    for page in {*VIEWS, "add", "delete", *roles} - {"view"}
}
FOR_EVERYBODY = {"login", "logout"}
# Beside the admin: the staff's own sign-in. Whose factor it is, its page asks itself.
SIGN_IN: dict[str, set[Role]] = {
    "account_reauthenticate": STAFF,
    "mfa_reauthenticate": STAFF,
    "mfa_reauthenticate_webauthn": STAFF,
    "mfa_index": STAFF,
    "mfa_activate_totp": STAFF,
    "mfa_deactivate_totp": STAFF,
    "mfa_add_webauthn": STAFF,
    "mfa_remove_webauthn": NOBODY,  # here it is somebody else's
    "mfa_generate_recovery_codes": STAFF,
    "account_change_password": STAFF,
    "staff_language": STAFF,
}
TO_SIGN_IN = {"account_login", "mfa_authenticate", "mfa_login_webauthn", "account_logout"}
TABLE = ROWS | SIGN_IN


def patterns(urls: Any) -> Iterator[Any]:
    for entry in urls:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns)
        else:
            yield entry


def test_the_table_has_a_row_for_every_address() -> None:
    every = list(patterns(admin.site.get_urls()))
    assert {pattern.name for pattern in every if pattern.name} == set(ROWS) | FOR_EVERYBODY
    unnamed = {str(pattern.pattern) for pattern in every if not pattern.name}
    assert unnamed == {"<path:object_id>/", "(?P<url>.*)$"}  # they only lead to others
    assert {pattern.name for pattern in patterns(people.urlpatterns)} == set(SIGN_IN) | TO_SIGN_IN


def test_nothing_else_is_below_the_admins_address_nor_routed_of_allauth() -> None:
    """What is not in the table is no page of the staff."""
    resolver = get_resolver()
    below = [entry for entry in resolver.url_patterns if str(entry.pattern).startswith("admin/")]
    assert [str(entry.pattern) for entry in below] == ["admin/sign-in/", "admin/password_change/", "admin/"]
    every = {pattern.name for pattern in patterns(resolver.url_patterns) if pattern.name}
    signing_in = {name for name in every if name.startswith(("account_", "mfa_", "socialaccount_", "staff_"))}
    assert signing_in == set(SIGN_IN) | TO_SIGN_IN


@pytest.fixture
def addresses(kai: ClientApp, kais_key: str, files: None) -> dict[str, str]:
    """One of each, and where it is."""
    account = make_approved()
    decision = Decision.objects.get(application__account=account)
    application = make_submitted()
    shop = uploaded("shop.png", photo("PNG", size=(200, 200)))
    application.photo = photos.address(photos.keep(application.account, file=shop, by=audit.SYSTEM))
    application.save(update_fields=["photo"])
    somebody = make_reviewer()
    ownership.declare_personal(str(account.number), by=kai)
    reports.receive(str(account.number), reason="spam", reporter="u-1", by=kai)
    with audit.together():
        bars.bar(application.account.business, reason="fraud", by=audit.SYSTEM)
    messages.send(
        "approved",
        to=account.business.members.get(),
        about=account,
        by=audit.SYSTEM,
        params={"name": "A", "link": "/"},
    )
    audit.log("viewed", by=somebody, on=account)
    things = {
        "auth_group": Group.objects.create(name="none"),
        "procrastinate_procrastinatejob": ProcrastinateJob.objects.get(
            pk=tick.configure().defer(timestamp=0)
        ),
        "people_user": somebody,
        "audit_event": Event.objects.latest("seq"),
        "audit_logentry": LogEntry.objects.latest("id"),
        "clients_clientapp": kai,
        "clients_apikey": ApiKey.objects.get(),
        "outbox_message": Message.objects.first(),
        "businesses_business": account.business,
        "businesses_account": account,
        "businesses_numberdispute": NumberDispute.objects.get(),
        "businesses_bar": Bar.objects.get(),
        "businesses_protectedname": businesses.protect(
            "Bank Contoh", category="finance", country="ID", by=audit.SYSTEM
        ),
        "proofs_numberproof": NumberProof.objects.get(account=account),
        "proofs_numberclaim": claimed(make_owner("Claimant", "claimant@owner.example")),
        "pilot_cohort": make_cohort(),
        "pilot_invitation": invited(contact="guest@owner.example")[0],
        "pilot_waitingentry": WaitingEntry.objects.create(person=somebody, country="BR"),
        "badges_badge": badge_of(account),
        "badges_displaypolicy": DisplayPolicy.objects.latest(),
        "badges_bulksuspension": bulk.start(Badge.objects.all(), reason="fraud", by=make_reviewer("Starter")),
        "reports_report": Report.objects.get(),
        "reports_reportcase": ReportCase.objects.create(account=account),
        "reports_threshold": Threshold.objects.get(),
        "websites_websiteproof": websites.start(account, "https://warung.example", by=audit.SYSTEM),
        "status_incident": opened(by=make_reviewer("Publisher", Role.OPERATOR)),
        "suggestions_suggestion": suggestions.send("More colours.", by=kai).suggestion,
        "verification_qualitycheck": QualityCheck.objects.create(decision=decision, author=decision.author),
        "verification_application": application,
        "verification_reason": Reason.objects.get(pk="fraud"),
    }
    found = {}
    for name in ROWS:
        page = name.rpartition("_")[2]
        thing: Any = things.get("_".join(name.split("_")[:2]))
        args: list[Any]
        if name == "app_list":
            args = ["verification"]
        elif name == "view_on_site":
            args = ["1", application.pk]
        elif thing is None or (page in PAGES_OF_ALL and name != "suggestions_suggestion_plan"):
            args = []
        elif page in ("evidence", "viewer"):
            args = [thing.pk, application.evidence.get().pk]
        elif page == "page":
            args = [thing.pk, application.evidence.get().pk, 1]
        else:
            args = [thing.pk]
        found[name] = reverse(f"admin:{name}", args=args)
    passkey = Authenticator.objects.create(
        user=somebody, type="webauthn", data={"name": "Key", "credential": {}}
    )
    return found | {
        name: reverse(name, args=[passkey.pk] if name == "mfa_remove_webauthn" else []) for name in SIGN_IN
    }


def browser_of(who: Role | None) -> Client:
    """Of somebody in this role, signed in as everybody is, with an app as second factor."""
    if who is None:
        return Client(headers={"Accept": "text/html"})
    if who == Role.OWNER:
        return staff.browser_of(businesses.find_or_create_owner("somebody@owner.example", name="Ada"))
    person = make_reviewer("Somebody on the staff", who)
    factors.set_up_app(person, generate_totp_secret(), by=audit.SYSTEM)
    return staff.browser_of(person)


def is_refused(response: Any) -> bool:
    response.getvalue()  # a file is open until it was read
    away = ("/admin/login/", reverse("account_login") + "?")
    to_login = response.status_code == 302 and response.headers["Location"].startswith(away)
    return to_login or response.status_code in (403, 404, 405)


@pytest.mark.parametrize(
    "who",
    [R, S, O, A, Role.OWNER, None],
    ids=lambda who: str(who or "owner") if who is not None else "anonymous",
)
def test_who_may_open_what(who: Role | None, addresses: dict[str, str]) -> None:
    browser = browser_of(who)
    opened = {name for name, address in addresses.items() if not is_refused(browser.get(address))}
    assert opened == {name for name, roles in TABLE.items() if who in roles}


@pytest.mark.parametrize("who", [R, S, O, A])
def test_a_get_changes_nothing_ever(who: Role, addresses: dict[str, str]) -> None:
    """Every address, with parameters that a form would send: every table is as before, but for the log of views."""
    browser = browser_of(who)
    before = every_row()
    for address in addresses.values():
        for query in (
            "",
            "?revision=1&tier=verified&reason=fraud&language=id&_save=1&action=claim_selected&post=yes",
        ):
            is_refused(browser.get(address + query))
    assert every_row() == before


def every_row() -> dict[str, list[tuple[Any, ...]]]:
    """All that the domain keeps; neither sessions nor jobs, nor who looked at what."""
    models = [model for model in apps.get_models() if model.__module__.startswith(("accounts.", "registry."))]
    return {
        model._meta.label: sorted(model._default_manager.values_list(), key=repr)
        for model in models
        if model is not LogEntry
    }


@pytest.mark.parametrize("who", [R, S, O, A])
def test_nothing_opens_by_a_password_alone(who: Role, addresses: dict[str, str]) -> None:
    """Nor by a session made in another way: all lead to the second factor, or to where one is set up."""
    person = make_reviewer("Somebody on the staff", who)
    browser = Client(headers={"Accept": "text/html"})
    for first, has_factor in [(reverse("mfa_index"), False), (reverse("mfa_reauthenticate"), True)]:
        if has_factor:
            factors.set_up_app(person, generate_totp_secret(), by=audit.SYSTEM)
        browser.force_login(person)
        set_up = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"} if not has_factor else set()
        for name, address in addresses.items():
            if name in set_up or name in second_factor.AGAIN:
                continue
            for answer in (browser.get(address), browser.post(address, {"revision": "1", "post": "yes"})):
                assert answer.status_code == 302, name
                assert answer.headers["Location"].partition("?")[0] == first, name


@pytest.mark.parametrize(
    "who",
    [R, S, O, A, Role.OWNER, None],
    ids=lambda who: str(who or "owner") if who is not None else "anonymous",
)
def test_what_may_not_be_opened_may_not_be_posted_to(who: Role | None, addresses: dict[str, str]) -> None:
    browser = browser_of(who)
    before = (Event.objects.count(), User.objects.count())
    for name, address in addresses.items():
        if who not in TABLE[name]:
            assert is_refused(browser.post(address, {"revision": "1", "post": "yes"})), name
    assert (Event.objects.count(), User.objects.count()) == before


@pytest.mark.parametrize(
    "model",
    ["audit_event", "audit_logentry", "businesses_business", "badges_badge", "verification_application"],
)
@pytest.mark.parametrize("who", [R, S, O, A])
def test_nobody_changes_a_row_by_its_form(who: Role, model: str, addresses: dict[str, str]) -> None:
    response = browser_of(who).post(
        addresses[f"{model}_change"], {"kind": "x", "status": "x", "_save": "Save"}
    )
    assert response.status_code in (403, 405)
