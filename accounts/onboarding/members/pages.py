"""The people of a business: who they are, and what an owner may do about that; one thing a page."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.businesses import members
from accounts.businesses.models import MemberInvitation, MemberRole, Membership
from accounts.contacts import reading
from accounts.contacts.reading import Contact
from accounts.errors import DomainError, NotAllowed
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.members.called import called
from accounts.onboarding.members.forms import InviteForm, RoleForm, WhoForm
from accounts.onboarding.pages import ActionPage, BusinessPage, FormPage, OwnerPage
from accounts.people.models import User
from accounts.spoken import spoken


class People(BusinessPage):
    template_name = "onboarding/members.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_owner = self.role == MemberRole.OWNER
        memberships = self.business.memberships.select_related("person").order_by("pk")
        people = [
            {
                "name": called(one.person, to_owner=is_owner),
                "role": one.get_role_display(),
                "person": one.person,
                "is_reader": one.person_id == self.reader.pk,
                "can_be_changed": is_owner and one.role != MemberRole.OWNER,
            }
            for one in memberships
        ]
        invited = self.business.member_invitations.open().order_by("pk") if is_owner else []
        offers = [
            {"contact": _shown(one.contact), "row": one, "role": one.get_role_display()} for one in invited
        ]
        context = {"business": self.business, "people": people, "offers": offers, "is_owner": is_owner}
        return super().get_context_data(**kwargs) | context


class AboutPeople(FormPage, BusinessPage):
    """For owners."""

    to_look: ClassVar[MemberRole] = MemberRole.OWNER
    to_change: ClassVar[MemberRole] = MemberRole.OWNER

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"business": self.business}

    def back(self, said: str) -> str:
        messages.success(self.request, said)
        return reverse("members", args=[self.business.pk])


class Invite(AboutPeople):
    template_name = "onboarding/members_invite.html"
    form_class = InviteForm

    def initial(self) -> dict[str, Any]:
        return {"role": MemberRole.VIEWER}

    def save(self, form: InviteForm) -> str:
        contact = reading.read(form.cleaned_data["contact"])
        members.invite(self.business, contact.value, role=form.cleaned_data["role"], by=self.reader)
        return self.back(_("We have written to %(contact)s.") % {"contact": contact.shown})


class AboutOne(AboutPeople):
    """About one of the others who are no owners; `?who=` chooses one before."""

    form_class: type[OwnerForm] = WhoForm

    def initial(self) -> dict[str, Any]:
        return {"who": self.request.GET.get("who", "")}

    def form_arguments(self) -> dict[str, Any]:
        return {"people": [(one.person_id, called(one.person, to_owner=True)) for one in self._others()]}

    def person(self, form: WhoForm) -> User:
        return next(one.person for one in self._others() if one.person_id == form.cleaned_data["who"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"nobody": not self._others()}

    def _others(self) -> list[Membership]:
        if not hasattr(self, "_found"):
            others = self.business.memberships.exclude(role=MemberRole.OWNER)
            self._found = list(others.select_related("person").order_by("pk"))
        return self._found


class ChangeRole(AboutOne):
    template_name = "onboarding/members_role.html"
    form_class = RoleForm

    def save(self, form: RoleForm) -> str:
        members.change_role(self.business, self.person(form), form.cleaned_data["role"], by=self.reader)
        return self.back(_("It is changed."))


class Remove(AboutOne):
    template_name = "onboarding/members_remove.html"

    def save(self, form: WhoForm) -> str:
        members.remove(self.business, self.person(form), by=self.reader)
        return self.back(_("They do not belong to the business any more."))


class HandOver(AboutOne):
    template_name = "onboarding/members_hand_over.html"

    def save(self, form: WhoForm) -> str:
        members.offer_ownership(self.business, self.person(form), by=self.reader)
        return self.back(_("We have written to them. You stay the owner until they accept."))


class StepBack(AboutPeople):
    """An owner becomes a manager, where there is another one."""

    template_name = "onboarding/members_step_back.html"

    def save(self, form: OwnerForm) -> str:
        members.change_role(self.business, self.reader, MemberRole.MANAGER, by=self.reader)
        return self.back(_("You are a manager now."))


class Leave(FormPage, BusinessPage):
    to_change: ClassVar[MemberRole] = MemberRole.VIEWER
    template_name = "onboarding/members_leave.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"business": self.business}

    def save(self, form: OwnerForm) -> str:
        members.leave(self.business, by=self.reader)
        messages.success(self.request, _("You do not belong to the business any more."))
        return reverse("my")


class Revoke(ActionPage, BusinessPage):
    to_change: ClassVar[MemberRole] = MemberRole.OWNER

    def act(self) -> str:
        offers = self.business.member_invitations.open()
        members.revoke(_chosen(self.request, list(offers)), by=self.reader)
        return _("The invitation is taken back.")

    def next_page(self) -> str:
        return reverse("members", args=[self.business.pk])


class Joining(OwnerPage):
    """What the reader is invited to, at the contact with which they signed in."""

    template_name = "onboarding/members_joining.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"offers": self._offers()}

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            offer = _chosen(request, self._offers())
            if "decline" in request.POST:
                members.decline(offer, by=self.reader)
                messages.success(request, _("You have declined."))
                return HttpResponseRedirect(reverse("joining"))
            members.accept(offer, by=self.reader)
        except DomainError as refusal:
            messages.error(request, spoken(refusal.text))
            return HttpResponseRedirect(reverse("joining"))
        messages.success(request, _("Welcome: you belong to the business now."))
        return HttpResponseRedirect(reverse("members", args=[offer.business_id]))

    def _offers(self) -> list[MemberInvitation]:
        offers = MemberInvitation.objects.for_person(self.reader).select_related("business", "invited_by")
        return list(offers.order_by("pk"))


def _chosen(request: HttpRequest, offers: list[MemberInvitation]) -> MemberInvitation:
    """Raises NotAllowed invitation_over: none of these, any more."""
    for offer in offers:
        if offer.pk == request.POST.get("offer"):
            return offer
    raise NotAllowed("invitation_over")


def _shown(contact: str) -> str:
    return Contact("email" if "@" in contact else "phone", contact).shown
