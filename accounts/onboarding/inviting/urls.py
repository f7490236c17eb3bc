from django.urls import path

from accounts.onboarding.inviting import pages

urlpatterns = [
    path("i/", pages.KeptInvitation.as_view(), name="kept_invitation"),
    path("i/<str:token>/", pages.InvitationLink.as_view(), name="invitation"),
    path("waiting/", pages.Waiting.as_view(), name="waiting"),
]
