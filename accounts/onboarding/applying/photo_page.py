"""The photo of an account: for everybody once it is approved and shown, before that for its members."""

from django.http import HttpRequest, HttpResponse
from django.views.generic.base import View

from accounts.businesses.models import Membership
from accounts.display import directory
from accounts.errors import NotFound
from accounts.onboarding.applying.evidence_pages import FILE_POLICY
from accounts.people.models import User
from accounts.verification import photos
from accounts.verification.models import Photo

A_DAY = 86_400  # seconds that a copy may be shown for, also after the badge has gone


class PhotoFile(View):
    """What is not approved yet, and what never was, is the same 404. A picture never changes: its address does."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, photo_id: str) -> HttpResponse:
        photo = Photo.objects.select_related("account").filter(pk=photo_id).first()
        if photo is None:
            raise NotFound("not_found")
        public = is_public(photo)
        if not public and not _is_member(request, photo):
            raise NotFound("not_found")
        try:
            content = photos.content_of(photo)
        except FileNotFoundError as gone:
            raise NotFound("not_found") from gone
        headers = {
            "Cache-Control": f"public, max-age={A_DAY}, immutable" if public else "private, no-store",
            "Content-Security-Policy": FILE_POLICY,
            "Cross-Origin-Resource-Policy": "cross-origin" if public else "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(content, content_type=photos.CONTENT_TYPE, headers=headers)


def is_public(photo: Photo) -> bool:
    """Whether a card shows it at this moment."""
    if photos.id_in(photo.account.photo) != photo.pk:
        return False
    return directory.listed().filter(pk=photo.account_id).exists()


def _is_member(request: HttpRequest, photo: Photo) -> bool:
    person = request.user
    if not isinstance(person, User) or person.is_staff:
        return False
    return Membership.objects.filter(business=photo.account.business_id, person=person).exists()
