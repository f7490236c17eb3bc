"""The forms of the staff's sign-in: allauth's, with our words and with guesses that are counted for all processes."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.audit import journal as audit
from accounts.people import factors, guesses
from accounts.people.adapters import address_of, take_a_guess

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
PASSWORD = {"autocomplete": "current-password", "autofocus": True}


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}


class PasswordAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs = dict(PASSWORD)


class CountedCode(forms.Form):
    """A code of the app or one of the recovery codes."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs = dict(CODE)

    def clean_code(self) -> str:
        request, code, name = context.request, str(self.cleaned_data["code"]), self.user.username
        take_a_guess(guesses.CODE, name, request)
        factor = factors.with_right_code(self.user, code)
        if factor is None:
            audit.log("sign_in_refused", by=None, on=self.user, data={"kind": guesses.CODE})
            raise get_adapter().validation_error("incorrect_code")
        guesses.was_right(guesses.CODE, name, address_of(request))
        factor.user = self.user
        self.authenticator = factor
        return code


class CodeForm(CountedCode, AuthenticateForm):
    pass


class CodeAgainForm(CountedCode, ReauthenticateByCodeForm):
    pass


class OwnPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in [
            ("oldpassword", _("Current password")),
            ("password1", _("New password")),
            ("password2", _("New password again")),
        ]:
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)

    def clean_oldpassword(self) -> str:
        """Counted like any other guess at it."""
        password = str(self.cleaned_data["oldpassword"])
        if not get_account_adapter().reauthenticate(self.user, password):
            raise get_account_adapter().validation_error("enter_current_password")
        return password


class AppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The code that the app shows")
        self.fields["code"].widget.attrs = dict(CODE)


class PasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].max_length = 80
        self.fields["passwordless"].label = _("Sign in with this passkey alone")
        self.fields["passwordless"].help_text = _(
            "Without username and password; the device then asks for its PIN or fingerprint."
        )

    def clean(self) -> dict[str, Any]:
        with _Mangled():
            return dict(super().clean())


class Credential(forms.Form):
    def clean_credential(self) -> Authenticator:
        with _Mangled():
            return super().clean_credential()  # type: ignore[misc]  # a mixin of allauth's forms


class PasskeySignInForm(Credential, LoginWebAuthnForm):
    pass


class PasskeyCodeForm(Credential, AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(Credential, ReauthenticateWebAuthnForm):
    pass


class _Mangled:
    """What no browser sends (a credential without its parts) is a wrong code, not a failure of ours."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if isinstance(error, (AttributeError, KeyError, TypeError, ValueError)) and not isinstance(
            error, ValidationError
        ):
            raise get_adapter().validation_error("incorrect_code") from error
