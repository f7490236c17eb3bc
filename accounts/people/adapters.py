"""How allauth is to work for the staff: whom it lets in, what it counts, says and notes."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode import QRCode
from qrcode.image.svg import SvgPathFillImage

from accounts.audit import journal as audit
from accounts.errors import DomainError
from accounts.people import factors, guesses, recently, sealing
from accounts.people import services as people
from accounts.people.models import User
from accounts.spoken import spoken

WRONG_SIGN_IN = _("The username or the password is wrong, or you may not sign in here.")
WRONG_CODE = _("The code is wrong, or was used already.")
# Of the password with which a sign-in began: it has to be the same when the sign-in ends.
BEGAN_WITH = "sign_in_began_with"


def address_of(request: HttpRequest) -> str:
    """Of the client: as many proxies as TRUSTED_PROXIES says have written behind what the client itself may claim."""
    written = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.TRUSTED_PROXIES and len(written) >= settings.TRUSTED_PROXIES:
        return written[-settings.TRUSTED_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))


def take_a_guess(kind: str, name: str, request: HttpRequest) -> None:
    """Raises ValidationError when none is left, for a name that nobody has as well."""
    try:
        guesses.take(kind, name, address_of(request))
    except DomainError as refusal:
        audit.log("sign_in_refused", by=None, on=None, data={"kind": kind, "code": refusal.code})
        raise ValidationError(spoken(refusal.text), code=refusal.code) from refusal


class SignInAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG_SIGN_IN,
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("The password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not recently.signed_in_recently(context.request)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Only errors, which come as sentences of ours: the pages say the rest."""
        if message := kwargs.get("message"):
            messages.add_message(request, level, message)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A member of the staff with this password. Anybody else, known or not, gets the same answer."""
        name = str(credentials["username"])
        take_a_guess(guesses.PASSWORD, name, request)
        person = auth.authenticate(request, username=name, password=credentials["password"])
        if not isinstance(person, User) or not person.is_staff:
            known = User.objects.filter(username=name).first()
            audit.log("sign_in_refused", by=None, on=known, data={"kind": guesses.PASSWORD})
            return None
        guesses.was_right(guesses.PASSWORD, name, address_of(request))
        request.session[BEGAN_WITH] = person.get_session_auth_hash()
        return person

    def reauthenticate(self, user: User, password: str) -> bool:
        person = self.authenticate(context.request, username=user.username, password=password)
        return person is not None and person.pk == user.pk

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        return None if user.is_active and user.is_staff else self._send_away(request)

    def login(self, request: HttpRequest, user: User) -> None:
        """Between the password and the code, minutes may pass, in which an operator closes the door."""
        began_with = request.session.pop(BEGAN_WITH, None)
        if not (user.is_active and user.is_staff) or began_with not in (None, user.get_session_auth_hash()):
            raise ImmediateHttpResponse(self._send_away(request))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        ways = [record.get("type", record["method"]) for record in recently.records(request)]
        audit.log("signed_in", by=user, on=user, data={"with": ways})
        guesses.remember(user.username or "", address_of(request))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return self._send_away(request)

    def set_password(self, user: User, password: str) -> None:
        user.password = people.change_own_password(user, password).password

    def _send_away(self, request: HttpRequest) -> HttpResponse:
        clear_login(request)
        messages.error(request, WRONG_SIGN_IN)
        return HttpResponseRedirect(reverse("account_login"))


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": _("This is your last second factor; add another one first."),
    }

    def _get_site_name(self) -> str:
        return settings.REGISTRY_NAME

    def _get_user_identifier(self, user: User) -> str:
        return user.username or user.pk

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return factors.others(authenticator).exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def build_totp_svg(self, url: str) -> str:
        """To stand in the page itself: a picture in a data: address would need a wider policy."""
        code = QRCode(image_factory=SvgPathFillImage, border=2)
        code.add_data(url)
        return str(code.make_image().to_string(encoding="unicode"))
