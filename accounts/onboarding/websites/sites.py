"""The websites of an account, with how far each one's proof has come, in its owner's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Account
from accounts.errors import Invalid
from accounts.sentences import SENTENCES
from accounts.spoken import spoken
from accounts.verification.models import Application, Kind, Status
from accounts.websites.checking import GRACE
from accounts.websites.hosts import host_of
from accounts.websites.looking import Method, Place
from accounts.websites.models import ProofStatus, WebsiteProof

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ASK_FOR_A_WEBSITE = (Kind.NEW, Kind.PROFILE_CHANGE)
# Of the three ways, that which whoever made the website with a builder has comes first.
TITLES: dict[Method, "StrOrPromise"] = {
    Method.META: _("A line in the home page"),
    Method.FILE: _("A small file"),
    Method.DNS: _("A record at the domain"),
}
SHOWN_BY: dict[str, "StrOrPromise"] = {
    Method.META: _("by the line in the home page"),
    Method.FILE: _("by the file"),
    Method.DNS: _("by the record at the domain"),
}


@dataclass(frozen=True)
class Way:
    method: Method
    title: "StrOrPromise"
    place: Place
    is_open: bool


@dataclass(frozen=True)
class Site:
    """`problem`: why it can't be proven at all. `found`: what the last look says, empty where all is well."""

    website: str
    host: str
    problem: str
    proof: WebsiteProof | None
    failed: WebsiteProof | None
    change: str

    @property
    def is_looking(self) -> bool:
        return self.proof is not None and self.proof.asked_at is not None

    @property
    def is_proven(self) -> bool:
        return self.proof is not None and self.proof.status == ProofStatus.PROVEN

    @property
    def is_doubted(self) -> bool:
        return self.proof is not None and self.proof.status == ProofStatus.DOUBTED

    @property
    def ends_at(self) -> datetime | None:
        """When a proof that was doubted fails."""
        warned = self.proof.warned_at if self.proof is not None else None
        return warned + GRACE if warned else None

    @property
    def shown_by(self) -> "StrOrPromise":
        return SHOWN_BY.get(self.proof.method, "") if self.proof is not None else ""

    @property
    def found(self) -> str:
        if self.proof is None or not self.proof.code:
            return ""
        return spoken(SENTENCES[self.proof.code].format(found=self.proof.found))

    @property
    def ways(self) -> list[Way]:
        if self.proof is None:
            return []
        chosen = self.proof.asked_method or self.proof.method
        return [
            Way(method, title, self.proof.place(method), is_open=method == chosen)
            for method, title in TITLES.items()
        ]


def sites_of(account: Account) -> list[Site]:
    """What is applied for comes first; each host once."""
    wishes = Application.objects.open().filter(account=account, kind__in=ASK_FOR_A_WEBSITE)
    found = [(wish.website, _address_of(wish)) for wish in wishes.order_by("-created_at") if wish.website]
    if account.website:
        found.append((account.website, reverse("change_look", args=[account.pk])))
    proofs = list(account.website_proofs.order_by("started_at"))
    sites: dict[str, Site] = {}
    for website, change in found:
        site = _site(website, change, proofs)
        sites.setdefault(site.host or website, site)
    return list(sites.values())


def _address_of(wish: Application) -> str:
    """Where the website that is applied for can be changed."""
    if wish.kind == Kind.NEW and wish.status == Status.DRAFT:
        return reverse("question", kwargs={"application_id": wish.pk, "slug": "website"})
    return reverse("application_status", args=[wish.pk])


def _site(website: str, change: str, proofs: Iterable[WebsiteProof]) -> Site:
    try:
        host = host_of(website)
    except Invalid as refusal:
        return Site(website, "", spoken(refusal.text), None, None, change)
    of_it = [proof for proof in proofs if proof.host == host]
    standing = next((proof for proof in of_it if proof.is_standing), None)
    last = of_it[-1] if of_it else None
    failed = last if last is not None and last.status == ProofStatus.FAILED else None
    return Site(website, host, "", standing, failed, change)
