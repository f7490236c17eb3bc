"""Suggestions: one's own with what became of them, and what is planned and done for everybody (R9)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.onboarding.pages import FormPage
from accounts.onboarding.suggesting.forms import SuggestionForm
from accounts.spoken import spoken
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion, SuggestionStatus

A_PAGE = 25  # of one's own, or of what is done
FRESH_FOR = 60  # seconds


def _words(suggestion: Suggestion) -> dict[str, Any]:
    """As the reader's language has it."""
    title, answer = suggestion.title, suggestion.answer
    return {
        "suggestion": suggestion,
        "title": spoken(title) if title else "",
        "answer": spoken(answer) if answer else "",
    }


class MySuggestionsPage(FormPage):
    template_name = "onboarding/suggestions.html"
    form_class = SuggestionForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = Suggestion.objects.sent_by(self.reader).order_by("-created_at", "-pk")
        page = Paginator(mine, A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {"page": page, "mine": [_words(one) for one in page]}

    def save(self, form: SuggestionForm) -> str:
        language = (translation.get_language() or "")[:3].partition("-")[0]
        suggestions.send(form.cleaned_data["text"], language=language, by=self.reader)
        messages.success(self.request, _("Thank you. We will tell you what becomes of it."))
        return reverse("my_suggestions")


class PublicSuggestionsPage(TemplateView):
    """For everybody, without signing in: the staff's words, never the sender's."""

    template_name = "onboarding/suggestions_public.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        # Not for caches that several readers share: the page holds a token of each reader's own.
        patch_cache_control(response, private=True, max_age=FRESH_FOR)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        public = Suggestion.objects.public()
        planned = public.filter(status=SuggestionStatus.PLANNED)[:A_PAGE]
        page = Paginator(public.filter(status=SuggestionStatus.DONE), A_PAGE).get_page(
            self.request.GET.get("page")
        )
        return super().get_context_data(**kwargs) | {
            "planned": [_words(one) for one in planned],
            "page": page,
            "done": [_words(one) for one in page],
        }
