"""Questions that are answered with pictures and papers, and with somebody who knows the business."""

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.audit import journal as audit
from accounts.businesses import numbers
from accounts.onboarding.applying import forms
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.questions import LATER_TOO, Question
from accounts.people.models import User
from accounts.verification import evidence, papers, photos
from accounts.verification import services as verification
from accounts.verification.models import Application, EvidenceKind, Kind
from accounts.verification.transitions import lock

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class FileQuestion(Question):
    """A file replaces nothing that somebody else wrote: it is added, and the page shows all of them."""

    button = _("Upload")

    def given(self, draft: Draft) -> dict[str, Any]:
        return {}

    def add(self, application: Application, file: "UploadedFile[Any]", form: Any, *, by: User) -> None:
        raise NotImplementedError


class PhotoQuestion(FileQuestion):
    slug, label, title = "photo", _("Photo or logo"), _("A photo or a logo")
    why = _("Customers see it beside the name. For example your sign, your shop or your logo.")
    form_class = forms.PhotoForm
    template_name = "onboarding/question_photo.html"
    pointers = ("/photo",)
    kinds = (Kind.NEW, Kind.PROFILE_CHANGE)
    optional = True

    def is_answered(self, draft: Draft) -> bool:
        return bool(draft.application.photo) or self.slug in draft.answered

    def add(self, application: Application, file: "UploadedFile[Any]", form: Any, *, by: User) -> None:
        add_photo(application, file, by=by)

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return [_("Uploaded")] if draft.application.photo else []


class EvidenceQuestion(FileQuestion):
    slug, label, title = "evidence", _("Papers"), _("Papers of the business")
    why = _("One is enough to begin with. A photo of it will do, if everything can be read.")
    form_class = forms.EvidenceForm
    template_name = "onboarding/question_evidence.html"
    pointers = ("/evidence",)
    kinds = LATER_TOO

    def is_asked(self, draft: Draft) -> bool:
        return super().is_asked(draft) and not draft.application.without_papers

    def is_answered(self, draft: Draft) -> bool:
        return bool(draft.files) or draft.application.kind != Kind.NEW

    def add(self, application: Application, file: "UploadedFile[Any]", form: Any, *, by: User) -> None:
        evidence.add(application, file=file, kind=form.cleaned_data["kind"], by=by)

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return _counted(len(draft.files))


class PlaceQuestion(FileQuestion):
    slug, label, title = "place", _("Photo of the place"), _("A photo of the place of business")
    why = _("The stall, the shop or the workshop, best with its sign. Only our reviewers see it.")
    form_class = forms.PlaceForm
    template_name = "onboarding/question_evidence.html"
    pointers = ("/evidence/place",)

    def is_asked(self, draft: Draft) -> bool:
        return super().is_asked(draft) and draft.application.without_papers

    def is_answered(self, draft: Draft) -> bool:
        return bool(draft.pictures_of_the_place)

    def add(self, application: Application, file: "UploadedFile[Any]", form: Any, *, by: User) -> None:
        evidence.add(application, file=file, kind=EvidenceKind.PLACE, by=by)

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return _counted(len(draft.pictures_of_the_place))


class ReferenceQuestion(Question):
    slug, label, title = "reference", _("Who knows the business"), _("Who knows your business?")
    why = _(
        "Somebody who trades with you or works beside you. We may call them and ask about the business; please tell "
        "them so."
    )
    form_class = forms.ReferenceForm
    pointers = ("/trade_reference",)

    def is_asked(self, draft: Draft) -> bool:
        return super().is_asked(draft) and draft.application.without_papers

    def given(self, draft: Draft) -> dict[str, Any]:
        reference = draft.reference
        if reference is None:
            return {"name": "", "contact": "", "relation": ""}
        return {
            "name": reference.name,
            "contact": numbers.shown(reference.contact),
            "relation": reference.relation,
        }

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        papers.refer_to(draft.application, **given, by=by)


@audit.transaction
def add_photo(application: Application, file: "UploadedFile[Any]", *, by: User) -> Application:
    """Raises as `photos.keep` and `verification.change`."""
    photo = photos.keep(application.account, file=file, by=by)
    return _set_photo(application, photos.address(photo), by=by)


@audit.transaction
def take_photo_back(application: Application, *, by: User) -> Application:
    return _set_photo(application, "", by=by)


def _set_photo(application: Application, address: str, *, by: User) -> Application:
    application = lock(application)
    if application.photo == address:
        return application
    return verification.change(application, revision=application.revision, by=by, photo=address)


def _counted(files: int) -> "list[StrOrPromise]":
    said = ngettext("%(count)d file", "%(count)d files", files) % {"count": files}
    return [said] if files else []
