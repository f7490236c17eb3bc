"""The first page after signing in."""

from typing import Any

from accounts.onboarding.following.overview import overview
from accounts.onboarding.pages import OwnerPage


class My(OwnerPage):
    http_method_names = ["get", "head", "options"]
    template_name = "onboarding/my.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        seen = overview(self.reader, self.request.GET.get("page", "1"))
        return super().get_context_data(seen=seen, **context)
