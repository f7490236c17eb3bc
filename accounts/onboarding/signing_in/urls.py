from django.urls import path

from accounts.onboarding.signing_in import devices, language, pages

urlpatterns = [
    path("sign-in/", pages.SignIn.as_view(), name="owner_sign_in"),
    path("sign-in/code/", pages.Code.as_view(), name="owner_code"),
    path("sign-in/code/again/", pages.CodeAgain.as_view(), name="owner_code_again"),
    path("sign-out/", pages.SignOut.as_view(), name="owner_sign_out"),
    path("my/devices/", devices.Devices.as_view(), name="devices"),
    path("language/", language.SwitchLanguage.as_view(), name="language"),
]
