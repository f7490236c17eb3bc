"""The page of what was sent from a developer's own machine. Anywhere else it does not exist."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.messages import development


@csrf_exempt  # a POST is as unknown as it is to an address that does not exist
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    if not development.is_here() or not _asked_here(request) or request.method not in ("GET", "HEAD"):
        raise Http404
    sent = [(message, list(parts(message.text))) for message in development.latest()]
    return render(request, "outbox/outbox.html", {"sent": sent})


def _asked_here(request: HttpRequest) -> bool:
    """By a loopback name: not through a proxy or a tunnel, whatever further names ALLOWED_HOSTS lets in."""
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    passed_on = {"X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via"} & set(request.headers)
    return development.is_loopback(host) and not passed_on


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is an address of ours: only those are links."""
    ours = re.compile(rf"({re.escape(settings.PUBLIC_URL)}/[\w./?=&%-]*[\w/=-])")
    for place, piece in enumerate(ours.split(text)):
        if piece:
            yield piece, place % 2 == 1
