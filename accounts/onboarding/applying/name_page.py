"""A name that is being typed, judged for the script of the page."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.onboarding import judging
from accounts.onboarding.pages import ApplicationPage
from accounts.people import counting

JUDGED_A_MINUTE = 40  # a person: nobody types faster, and nobody reads the registry's names here


class NameJudged(ApplicationPage):
    """A piece of the page of the name, without anything around it. Nothing is kept."""

    http_method_names = ["post", "options"]
    template_name = "onboarding/name_judged.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = counting.key_of("name judged", self.reader.pk)
        if not counting.take(key, JUDGED_A_MINUTE, timedelta(minutes=1)):
            return HttpResponse(status=429, headers={"Retry-After": "60"})
        name = request.POST.get("display_name", "")
        judged = judging.judge(name, self.application.account) if name.strip() else None
        return self.show(judged=judged, typed=True)
