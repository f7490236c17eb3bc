"""Showing that a website is one's own."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.businesses.models import MemberRole
from accounts.errors import Invalid
from accounts.onboarding.pages import AccountPage, ActionPage
from accounts.onboarding.websites.sites import Site, sites_of
from accounts.websites import services as websites


class MyWebsite(AccountPage):
    http_method_names = ["get", "head", "options"]
    template_name = "onboarding/website.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        assert self.role is not None
        sites = sites_of(self.account)
        return super().get_context_data(
            account=self.account,
            sites=sites,
            is_looking=any(site.is_looking for site in sites),
            can_change=self.role.covers(MemberRole.MANAGER) and self.account.closed_at is None,
            **context,
        )


class OneSite(ActionPage, AccountPage):
    """A button about one of the account's websites."""

    @property
    def site(self) -> Site:
        """Raises Invalid website_missing: it is none of theirs any more."""
        host = self.request.POST.get("host", "")
        for site in sites_of(self.account):
            if site.host and site.host == host:
                return site
        raise Invalid("website_missing")

    def next_page(self) -> str:
        return reverse("my_website", args=[self.account.pk])


class StartWebsite(OneSite):
    def act(self) -> str | None:
        websites.start(self.account, self.site.website, by=self.reader)
        return None  # the page shows what to do


class CheckWebsite(OneSite):
    def act(self) -> str | None:
        site = self.site
        proof = site.proof or websites.start(self.account, site.website, by=self.reader)
        websites.check(proof, method=self.request.POST.get("method", ""), by=self.reader)
        return _("We are looking. What we found stands here in a moment.")
