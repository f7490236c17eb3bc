"""What an owner shows to customers: a page that draws the card, and a sheet with a code that leads there."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import View
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.image.svg import SvgPathFillImage

from accounts.errors import NotFound
from accounts.onboarding.following.drawing import draw
from accounts.onboarding.pages import AccountPage


def public_address(account_id: str) -> str:
    """Where a customer's phone is led to: the same whatever name this request came by."""
    return f"{settings.PUBLIC_URL}{reverse('public_page', args=[account_id])}"


class PublicPage(View):
    """For everybody. What the registry says nothing of is one page, byte for byte, whatever the cause.

    Nobody is asked who they are, and no session is read. It is kept in no cache: a revocation shows at once.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, account_id: str) -> HttpResponse:
        drawing = draw(account_id)
        if drawing is None:
            response = render(request, "onboarding/public_nothing.html", status=404)
        else:
            context = {"drawing": drawing, "host": settings.PUBLIC_URL.partition("://")[2]}
            response = render(request, "onboarding/public.html", context)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Robots-Tag"] = "noindex"
        # Django would log the path of a 404, and the address names an account.
        response._has_been_logged = True  # type: ignore[attr-defined]  # the mark of django.utils.log.log_response
        return response


class Sheet(AccountPage):
    """To print. Only while there is a badge that it can speak of."""

    http_method_names = ["get", "head", "options"]
    template_name = "onboarding/sheet.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        drawing = draw(self.account.pk)
        if drawing is None or not drawing.is_verified:
            return HttpResponseRedirect(reverse("my_account", args=[self.account.pk]))
        address = public_address(self.account.pk).partition("://")[2]
        return self.show(account=self.account, drawing=drawing, address=address)


class Code(AccountPage):
    """The QR code as a picture of its own: it can be saved and printed elsewhere."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        drawing = draw(self.account.pk)
        if drawing is None or not drawing.is_verified:
            raise NotFound("not_found")
        return HttpResponse(qr_code(public_address(self.account.pk)), content_type="image/svg+xml")


def qr_code(address: str) -> bytes:
    """Level Q: it can be read while a quarter of it is dirty or torn, as a sheet at a counter gets."""
    code = QRCode(image_factory=SvgPathFillImage, error_correction=ERROR_CORRECT_Q, border=4)
    code.add_data(address)
    drawn: bytes = code.make_image().to_string()
    return drawn
