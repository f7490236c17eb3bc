"""The pages of subscribing. Whoever has a link may use it: nobody signs in.

GET changes nothing, for scanners of mail open links before anybody has read them. The address of a link is a secret,
so no page that it leads to is told where the reader came from, and nobody keeps a copy.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from accounts.errors import DomainError, NotFound, TooMany
from accounts.people import languages
from accounts.people.adapters import address_of
from registry.status.subscribing import services, tokens
from registry.status.subscribing.forms import SubscribeForm


class Page(View):
    """Kept in no cache. `?language=en`: the status page that leads here is in that language."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (wanted := request.GET.get("language", "")) in languages.codes():
            _speak(request, wanted)
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response


class Subscribe(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(SubscribeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form, language = SubscribeForm(request.POST), translation.get_language() or languages.INDONESIAN
        if not form.is_valid():
            return self._show(form, 422)
        try:
            contact = services.read(form.cleaned_data["address"])
            services.ask(contact, language=language, network=address_of(request))
        except DomainError as refusal:
            form.refuse(refusal)
            response = self._show(form, 429 if isinstance(refusal, TooMany) else 422)
            if isinstance(refusal, TooMany):
                response.headers["Retry-After"] = str(refusal.retry_after)
            return response
        return HttpResponseRedirect(f"{reverse('status_subscribe_sent')}?{urlencode({'language': language})}")

    def _show(self, form: SubscribeForm, status: int = 200) -> HttpResponse:
        return render(self.request, "status/subscribe.html", {"form": form}, status=status)


class Sent(Page):
    """The same for every address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "status/subscribe_sent.html", {"days": services.LINK_LIFE.days})


class LinkPage(Page):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # Not "no-referrer": browsers then send `Origin: null` with the form, which is no origin of ours.
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def show(self, standing: str, status: int = 200, **context: Any) -> HttpResponse:
        context = {"standing": standing, **context}
        return render(self.request, "status/subscribe_link.html", context, status=status)


class Confirm(LinkPage):
    """Two buttons: yes, and `no`."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            wish, subscriber = services.look(token)
        except NotFound:
            return self.show("unknown", 404)
        _speak_as_the_mail(request, wish.language)
        if subscriber is not None:
            return self.show("subscribed", stop=_way_to_stop(subscriber.pk))
        return self.show("asked", address=wish.address)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if "no" in request.POST:
            services.decline(token)
            return self.show("declined")
        try:
            services.confirm(token)
        except NotFound:
            return self.show("unknown", 404)
        return HttpResponseRedirect(request.path)


# Whoever has the token may, from wherever the form was sent: programs that read mail send one of their own (RFC 8058).
@method_decorator(csrf_exempt, name="dispatch")
class Stop(LinkPage):
    """One button; sent again, or when nothing is left to stop, the answer is the same."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        subscriber_id = tokens.stopped_by(token)
        if subscriber_id is None:
            return self.show("unknown", 404)
        subscriber = services.find(subscriber_id)
        if subscriber is None:
            return self.show("stopped")
        _speak_as_the_mail(request, subscriber.language)
        return self.show("may_stop", address=subscriber.address)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        subscriber_id = tokens.stopped_by(token)
        if subscriber_id is None:
            return self.show("unknown", 404)
        services.unsubscribe(subscriber_id)
        return self.show("stopped")


def _way_to_stop(subscriber_id: str) -> str:
    return reverse("status_stop", args=[tokens.to_stop(subscriber_id)])


def _speak_as_the_mail(request: HttpRequest, language: str) -> None:
    """Where the reader has not chosen another language."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _speak(request, language)


def _speak(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language
