"""Every address of the registry."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from registry import health, openapi, pages

API = ("display", "badges", "businesses", "proofs", "verification")

v1: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi.openapi_json, name="openapi"),
    path("docs", pages.Docs.as_view(), name="docs"),
    *(
        path("", include(f"accounts.{package}.urls"))
        for package in API
        if find_spec(f"accounts.{package}.urls")
    ),
]
urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", require_POST(set_language), name="language"),
    path("problems/", pages.problems, name="problems"),
    path("problems/<slug:code>", pages.problems, name="problem"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("admin/", admin.site.urls),
    path("v1/", include(v1)),
]

handler400 = "registry.errors.bad_request"
handler403 = "registry.errors.forbidden"
handler404 = "registry.errors.not_found"
handler500 = "registry.errors.server_error"
