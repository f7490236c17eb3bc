"""The few pages of the registry itself: what it is, and what the codes of its problems mean."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.sentences import SENTENCES
from accounts.text import Text


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "registry/home.html")


@require_safe
def problems(request: HttpRequest, code: str = "") -> HttpResponse:
    """All codes, or the one that the `type` of a problem document leads to."""
    if code and code not in SENTENCES:
        raise Http404
    shown: dict[str, Text] = {code: SENTENCES[code]} if code else dict(sorted(SENTENCES.items()))
    return render(request, "registry/problems.html", {"problems": shown, "code": code})


# Swagger UI draws its arrows from data: addresses.
@method_decorator(csp_update({"img-src": [SELF, "data:"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The API, browsable offline: Swagger UI from our own files, its script apart as the CSP demands."""

    url = "/v1/openapi.json"
    template_name = "registry/docs.html"
    http_method_names = ["get", "head"]
