"""Every page of the owners, by what they do there."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.onboarding.applying.urls")),
    path("", include("accounts.onboarding.inviting.urls")),
    path("", include("accounts.onboarding.signing_in.urls")),
    path("", include("accounts.onboarding.numbers.urls")),
    path("", include("accounts.onboarding.websites.urls")),
    path("", include("accounts.onboarding.following.urls")),
    path("", include("accounts.onboarding.members.urls")),
    path("", include("accounts.onboarding.suggesting.urls")),
    path("", include("accounts.onboarding.personal.urls")),
]
