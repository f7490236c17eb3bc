"""Invitations and the waiting list in the admin. Their lists show no contact: who opens one stands in the log."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.audit import journal as audit
from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import Verb, Verbs
from accounts.errors import DomainError
from accounts.people import languages
from accounts.pilot import services as pilot
from accounts.pilot import waiting
from accounts.pilot.invitations import DAYS, LONGEST, expiry
from accounts.pilot.inviting import CHUNK, Invitee, Outcome, beyond_places, invitee
from accounts.pilot.models import Cohort, Invitation, InvitationQuerySet, InvitationState, WaitingEntry
from accounts.spoken import spoken

LONGEST_LIST = 20_000  # characters


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=LONGEST,
        initial=DAYS,
        help_text=_("That the link is good for."),
    )


class InviteForm(DaysForm):
    cohort = forms.ModelChoiceField(
        label=_("Cohort"), queryset=Cohort.objects.order_by("-opens_at", "name"), to_field_name="name"
    )
    contacts = forms.CharField(
        label=_("Contacts"),
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("One a line: an e-mail address, or a phone number. Each gets a link of their own."),
    )
    language = forms.ChoiceField(
        label=_("Language of the message"), choices=languages.choices, initial=languages.INDONESIAN
    )
    field_order = ["cohort", "contacts", "language", "days"]

    def clean_contacts(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["contacts"].splitlines() if line.strip()]
        if len(lines) > CHUNK:
            raise forms.ValidationError(
                _("At most %(limit)s at once; import longer lists."), params={"limit": CHUNK}
            )
        return lines


class ByState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in InvitationState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state_now=self.value()) if self.value() in InvitationState.values else queryset


class NoContacts(LoggedViews, Verbs):
    """A search says whether a contact is known: it stands in the log."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if response.status_code == 200 and request.GET.get(SEARCH_VAR):
            data = {"list": str(self.opts.model_name), "searched": True}
            audit.log("viewed", by=request.user, on=None, data=data)
        return response


@admin.register(Invitation)
class InvitationAdmin(NoContacts):
    list_display = ["id", "cohort", "state", "language", "sent_at", "expires_at", "redeemed_at"]
    list_select_related = ["cohort"]
    list_filter = [ByState, "cohort"]
    search_fields = ["=id", "=contact"]
    search_help_text = "inv_… +62… nama@contoh.example"
    fields = [
        "id",
        "cohort",
        "state",
        "contact",
        "language",
        "created_by",
        "created_at",
        "sent_at",
        "expires_at",
        "redeemed_at",
        "redeemed_by",
        "account",
        "revoked_at",
        "revoked_by",
    ]
    new = Verb(
        "add",
        _("Invite"),
        _("Each contact gets a link that one person can accept once, for one business."),
        _("They are invited."),
        "pilot.add_invitation",
        pilot.invite_many,
        InviteForm,
    )
    verbs = [
        Verb(
            "resend",
            _("Send again"),
            _("A new link goes to the same contact. The one that was sent before does not work any more."),
            _("A new link is on its way."),
            "pilot.add_invitation",
            pilot.resend,
            DaysForm,
            possible=lambda one: (
                one.state in (InvitationState.OPEN, InvitationState.EXPIRED) and one.contact is not None
            ),
        ),
        Verb(
            "revoke",
            _("Revoke"),
            _("The link does not work any more. Who has accepted it can't apply with it."),
            _("The invitation is revoked."),
            "pilot.revoke_invitation",
            pilot.revoke,
            possible=lambda one: one.state not in (InvitationState.USED, InvitationState.REVOKED),
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        invitations = super().get_queryset(request)
        assert isinstance(invitations, InvitationQuerySet)
        return invitations.with_state()

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> Any:
        return invitation.state.label

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The contacts that can be invited are; those that can't stay in the form, each with what is wrong."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form, status = InviteForm(initial={"cohort": request.GET.get("cohort")}), HTTPStatus.OK
        if request.method == "POST":
            form, status = InviteForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                refused = self._invite(request, form)
                if not refused:
                    return HttpResponseRedirect(self._address("changelist", None))
                form = InviteForm({**request.POST.dict(), "contacts": "\n".join(refused)})
                for contact, said in refused.items():
                    form.add_error("contacts", f"{contact}: {said}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Invite"),
            "row": None,
            "verb": self.new,
            "form": form,
            "back": self._address("changelist", None),
        }
        return TemplateResponse(request, "admin/audit/verb.html", context, status=status)

    def _invite(self, request: HttpRequest, form: InviteForm) -> dict[str, str]:
        """What could not be: the contact as it was written, and why."""
        cohort, refused = form.cleaned_data["cohort"], {}
        invitees: list[Invitee] = []
        for contact in form.cleaned_data["contacts"]:
            try:
                invitees.append(invitee(contact, form.cleaned_data["language"], country=cohort.country))
            except DomainError as wrong:
                refused[contact] = spoken(wrong.text)
        until = expiry(form.cleaned_data["days"])
        _tell(request, pilot.invite_many(cohort, invitees, expires_at=until, by=request.user), cohort)
        return refused


def _tell(request: HttpRequest, outcome: Outcome, cohort: Cohort) -> None:
    sent, there, beyond = len(outcome.sent), outcome.already_there, beyond_places(cohort)
    if sent:
        said = ngettext("%(n)s contact is invited.", "%(n)s contacts are invited.", sent)
        messages.success(request, said % {"n": sent})
    if there:
        said = ngettext("%(n)s contact was invited already.", "%(n)s contacts were invited already.", there)
        messages.info(request, said % {"n": there})
    if beyond:
        said = ngettext(
            "%(n)s more is invited than the cohort has places.",
            "%(n)s more are invited than the cohort has places.",
            beyond,
        )
        messages.warning(request, said % {"n": beyond})


@admin.register(WaitingEntry)
class WaitingEntryAdmin(NoContacts):
    list_display = ["id", "country", "joined_at", "invited_at", "left_at"]
    list_filter = [
        ("invited_at", admin.EmptyFieldListFilter),
        ("left_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["=id", "=country", "=person__email", "=person__phone"]
    search_help_text = "wai_… ID +62… nama@contoh.example"
    ordering = ["joined_at", "pk"]
    fields = ["id", "place", "person", "country", "joined_at", "invited_at", "invitation", "left_at"]

    @admin.display(description=_("place"))
    def place(self, entry: WaitingEntry) -> Any:
        return waiting.place_number(entry) if entry.is_waiting else None
