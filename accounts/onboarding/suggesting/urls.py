from django.urls import URLPattern, path

from accounts.onboarding.suggesting import pages

urlpatterns: list[URLPattern] = [
    path("my/suggestions/", pages.MySuggestionsPage.as_view(), name="my_suggestions"),
    path("suggestions/", pages.PublicSuggestionsPage.as_view(), name="public_suggestions"),
]
