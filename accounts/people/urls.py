"""The staff's sign-in: the only addresses of allauth that are routed, under the names by which it knows them; and
the switch of one's language.

Nobody signs up, resets a password by mail or changes an address here; an operator resets a colleague's sign-in.
"""

from django.urls import path

from accounts.people import pages

urlpatterns = [
    path("", pages.SignIn.as_view(), name="account_login"),
    path("code/", pages.Code.as_view(), name="mfa_authenticate"),
    path("passkey/", pages.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("out/", pages.SignOut.as_view(), name="account_logout"),
    path("again/", pages.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("again/code/", pages.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("again/passkey/", pages.PasskeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    path("my/", pages.Overview.as_view(), name="mfa_index"),
    path("my/app/", pages.AddApp.as_view(), name="mfa_activate_totp"),
    path("my/app/remove/", pages.RemoveFactor.as_view(), {"type": "totp"}, name="mfa_deactivate_totp"),
    path("my/passkey/", pages.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("my/passkey/<int:pk>/remove/", pages.RemoveFactor.as_view(), name="mfa_remove_webauthn"),
    path("my/recovery-codes/", pages.MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("my/password/", pages.OwnPassword.as_view(), name="account_change_password"),
    path("my/language/", pages.own_language, name="staff_language"),
]
