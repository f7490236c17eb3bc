"""Every address of the registry."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.snapshots.api import jwks
from registry import health, openapi, pages

v1: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi.openapi_json, name="openapi"),
    path("docs", pages.Docs.as_view(), name="docs"),
    path("", include("accounts.display.urls")),
    path("", include("accounts.snapshots.urls")),
    path("", include("accounts.badges.urls")),
    path("", include("accounts.businesses.urls")),
    path("", include("accounts.verification.urls")),
    path("", include("accounts.reports.urls")),
    path("", include("accounts.suggestions.urls")),
    path("", include("accounts.websites.urls")),
    path("", include("registry.status.urls")),
]
urlpatterns = [
    path("", pages.home, name="home"),
    path("favicon.ico", RedirectView.as_view(url=static("registry/icon.svg"))),
    path("problems/", pages.problems, name="problems"),
    path("problems/<slug:code>", pages.problems, name="problem"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("admin/sign-in/", include("accounts.people.urls")),
    path(
        "admin/password_change/",  # the admin's own would ask for nothing and write no event
        login_required(RedirectView.as_view(pattern_name="account_change_password")),
    ),
    path("admin/", admin.site.urls),
    path("v1/", include(v1)),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("status/subscribe/", include("registry.status.subscribing.urls")),
    path("", include("accounts.messages.urls")),
    path("", include("accounts.onboarding.urls")),
]

handler400 = "registry.errors.bad_request"
handler403 = "registry.errors.forbidden"
handler404 = "registry.errors.not_found"
handler500 = "registry.errors.server_error"
