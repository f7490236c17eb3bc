"""What can be done with several cases of the queue at once. A decision never is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.audit.staffpages import sentences
from accounts.audit.verbs import ReadOnly, say
from accounts.errors import DomainError, Invalid
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.assigning import colleagues
from accounts.verification.models import Application

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Applications = QuerySet[Application]
MOST = 50  # cases of one page


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("Colleague"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [person.pk for person in colleagues()]
        field = cast("forms.ModelChoiceField[User]", self.fields["to"])
        field.queryset = User.objects.filter(pk__in=able).order_by("name", "pk")


class TagForm(forms.Form):
    word = forms.CharField(
        label=_("Tag"),
        max_length=30,
        help_text=_("Small letters, digits and hyphens, at most 30 characters."),
    )


class BulkActions(ReadOnly):
    """Each case in a transaction of its own: what could not be done is told case by case, the rest is done."""

    actions = ("claim_selected", "assign_selected", "tag_selected", "untag_selected")

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("verification.review_application")

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("verification.assign_application")

    def response_action(self, request: HttpRequest, queryset: Applications) -> HttpResponse | None:  # type: ignore[override]  # a model of our own
        """Only what was ticked on the page, and what can be an id at all."""
        posted = request.POST.copy()
        ticked = posted.getlist(ACTION_CHECKBOX_NAME)
        ids = list(dict.fromkeys(one for one in ticked if _is_id(one)))
        if len(ids) > MOST:
            messages.warning(request, gettext("At most %(most)d cases at once.") % {"most": MOST})
        posted.setlist(ACTION_CHECKBOX_NAME, ids[:MOST])
        posted.pop("select_across", None)
        request.POST = posted  # type: ignore[assignment]  # a copy of the same kind
        return super().response_action(request, queryset)

    @admin.action(description=_("Claim"), permissions=["review"])
    def claim_selected(self, request: HttpRequest, queryset: Applications) -> None:
        done = _each(request, lambda case: verification.claim(case, by=request.user))  # type: ignore[arg-type]  # staff
        _tell(request, done, ngettext_lazy("%(count)d case claimed.", "%(count)d cases claimed.", "count"))

    @admin.action(description=_("Assign to a colleague"), permissions=["assign"])
    def assign_selected(self, request: HttpRequest, queryset: Applications) -> HttpResponse | None:
        form = AssignForm(request.POST if "apply" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, form, "assign_selected", gettext("Assign to a colleague"))
        to = form.cleaned_data["to"]
        done = _each(request, lambda case: verification.assign(case, to=to, by=request.user))  # type: ignore[arg-type]
        said = ngettext_lazy(
            "%(count)d case is offered to %(name)s.", "%(count)d cases are offered to %(name)s.", "count"
        )
        _tell(request, done, said, name=to)
        return None

    @admin.action(description=_("Add a tag"), permissions=["review"])
    def tag_selected(self, request: HttpRequest, queryset: Applications) -> HttpResponse | None:
        said = ngettext_lazy("%(count)d case tagged.", "%(count)d cases tagged.", "count")
        return self._tags(request, "tag_selected", gettext("Add a tag"), verification.tag, said)

    @admin.action(description=_("Remove a tag"), permissions=["review"])
    def untag_selected(self, request: HttpRequest, queryset: Applications) -> HttpResponse | None:
        said = ngettext_lazy(
            "The tag was removed from %(count)d case.", "The tag was removed from %(count)d cases.", "count"
        )
        return self._tags(request, "untag_selected", gettext("Remove a tag"), verification.untag, said)

    def _tags(
        self,
        request: HttpRequest,
        action: str,
        title: str,
        service: Callable[..., Application],
        said: "StrPromise",
    ) -> HttpResponse | None:
        form = TagForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            word = form.cleaned_data["word"]
            try:
                done = _each(request, lambda case: service(case, word=word, by=request.user))
            except Invalid as wrong:
                say(wrong, form)
            else:
                _tell(request, done, said)
                return None
        return self._ask(request, form, action, title)

    def _ask(self, request: HttpRequest, form: forms.Form, action: str, title: str) -> HttpResponse:
        """The page that asks for what the action needs, with the cases that were ticked."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "action": action,
            "ticked": ACTION_CHECKBOX_NAME,
            "applications": _selected(request)[0],
        }
        return TemplateResponse(request, "admin/verification/bulk.html", context)


def _is_id(value: str) -> bool:
    try:
        return Application._meta.pk.to_python(value) is not None
    except forms.ValidationError:
        return False


def _selected(request: HttpRequest) -> tuple[list[Application], int]:
    """The cases that were ticked, in that order, and how many of them are not there.

    Not by way of the desk that they were ticked on: a case that has left it meanwhile would silently be left out.
    """
    ids = request.POST.getlist(ACTION_CHECKBOX_NAME)
    found = Application.objects.select_related("account__business").in_bulk(ids)
    return [found[key] for key in ids if key in found], len(ids) - len(found)


def _each(request: HttpRequest, act: Callable[[Application], object]) -> int:
    """How many it was done to; each refusal is told with its case. Raises Invalid: wrong for every case alike."""
    applications, missing = _selected(request)
    done = 0
    for application in applications:
        try:
            act(application)
            done += 1
        except Invalid:
            raise
        except DomainError as refusal:
            messages.warning(request, f"{application.display_name or application.pk}: {sentences(refusal)}")
    if missing:
        said = ngettext("%(count)d case does not exist.", "%(count)d cases do not exist.", missing)
        messages.warning(request, said % {"count": missing})
    return done


def _tell(request: HttpRequest, done: int, said: "StrPromise", **facts: Any) -> None:
    if done:
        messages.success(request, said % {"count": done, **facts})
