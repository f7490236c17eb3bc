"""Every address of the owners' pages and who may open it, with one of each thing that an address can name."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.businesses.models import Account, Business, MemberRole
from accounts.people.models import User
from accounts.verification import evidence, photos
from accounts.verification.models import Application, Evidence, Photo
from tests.factories import (
    make_account,
    make_approved,
    make_business,
    make_draft,
    make_submitted,
    uploaded,
)
from tests.verification.papers import photo

EVERYBODY, OWNERS = "everybody", "owners"
VIEWER, MANAGER, OWNER = MemberRole.VIEWER, MemberRole.MANAGER, MemberRole.OWNER


class Page(NamedTuple):
    """Who may look, and who may send something; None: that method is not for anybody."""

    look: str | MemberRole | None
    change: str | MemberRole | None
    about: str = ""  # which of Ada's things the address names, see `Things`
    more: dict[str, str] = {}  # the other parts of the address

    @property
    def for_everybody(self) -> bool:
        return EVERYBODY in (self.look, self.change)


# One line an address, by its name.
PAGES: dict[str, Page] = {
    "owner_sign_in": Page(EVERYBODY, EVERYBODY),
    "owner_code": Page(EVERYBODY, EVERYBODY),
    "owner_code_again": Page(None, EVERYBODY),
    "owner_sign_out": Page(None, EVERYBODY),
    "language": Page(None, EVERYBODY),
    "devices": Page(OWNERS, OWNERS),
    # The people
    "members": Page(VIEWER, None, "business"),
    "invite_member": Page(OWNER, OWNER, "business"),
    "revoke_member_invitation": Page(None, OWNER, "business"),
    "change_member": Page(OWNER, OWNER, "business"),
    "remove_member": Page(OWNER, OWNER, "business"),
    "hand_over": Page(OWNER, OWNER, "business"),
    "step_back": Page(OWNER, OWNER, "business"),
    "leave_business": Page(VIEWER, VIEWER, "business"),
    "joining": Page(OWNERS, OWNERS),
    # The form
    "start": Page(EVERYBODY, EVERYBODY),
    "task_list": Page(VIEWER, None, "draft"),
    "question": Page(VIEWER, MANAGER, "draft", {"slug": "name"}),
    "name_judged": Page(None, MANAGER, "draft"),
    "evidence_picture": Page(VIEWER, None, "file"),
    "remove_evidence": Page(None, MANAGER, "file"),
    "check_answers": Page(VIEWER, MANAGER, "draft"),
    "application_sent": Page(VIEWER, None, "submitted"),
    "photo": Page(EVERYBODY, None, "photo"),
    # The number
    "prove_number": Page(VIEWER, MANAGER, "submitted"),
    "send_number_code": Page(None, MANAGER, "submitted"),
    "send_new_number": Page(None, MANAGER, "submitted"),
    "claim_number": Page(VIEWER, MANAGER, "submitted"),
    "send_claim_code": Page(None, MANAGER, "submitted"),
    "withdraw_number_claim": Page(None, MANAGER, "submitted"),
    "prove_again": Page(VIEWER, MANAGER, "approved"),
    "send_code_again": Page(None, MANAGER, "approved"),
    "change_number": Page(VIEWER, MANAGER, "approved"),
    # The website
    "my_website": Page(VIEWER, None, "approved"),
    "start_website": Page(None, MANAGER, "approved"),
    "check_website": Page(None, MANAGER, "approved"),
    # What is held about oneself
    "consent": Page(OWNERS, OWNERS),
    "my_data": Page(OWNERS, None),
    "change_contact": Page(OWNERS, OWNERS),
    "change_contact_code": Page(OWNERS, OWNERS),
    "change_contact_code_again": Page(None, OWNERS),
    "download_my_data": Page(None, OWNERS),
    "erase_my_data": Page(OWNERS, OWNERS),
    "erased": Page(EVERYBODY, None),
    # What becomes of it
    "my": Page(OWNERS, None),
    "application_status": Page(VIEWER, None, "submitted"),
    "answer_question": Page(MANAGER, MANAGER, "submitted"),
    "withdraw_application": Page(MANAGER, MANAGER, "submitted"),
    "contest_decision": Page(MANAGER, MANAGER, "submitted"),
    "apply_again": Page(VIEWER, MANAGER, "submitted"),
    "my_account": Page(VIEWER, None, "approved"),
    "change_profile": Page(MANAGER, MANAGER, "approved"),
    "change_look": Page(MANAGER, MANAGER, "approved"),
    "change_name": Page(MANAGER, MANAGER, "approved"),
    "renew_badge": Page(MANAGER, MANAGER, "approved"),
    "reinstate_badge": Page(MANAGER, MANAGER, "approved"),
    "close_account": Page(OWNER, OWNER, "approved"),
    "badge_sheet": Page(VIEWER, None, "approved"),
    "badge_code": Page(VIEWER, None, "approved"),
    "public_page": Page(EVERYBODY, None, "approved"),
    "my_suggestions": Page(OWNERS, OWNERS),
    "public_suggestions": Page(EVERYBODY, None),
    "invitation": Page(EVERYBODY, EVERYBODY, more={"token": "x" * 22}),
    "kept_invitation": Page(OWNERS, OWNERS),
    "waiting": Page(OWNERS, OWNERS),
}


# What an address calls the thing that it is about, where that is no application.
PARAMETERS = {"business": "business_id", "approved": "account_id", "file": "evidence_id", "photo": "photo_id"}


class Things(dict[str, Any]):
    """One of each of what an address can name, made when it is asked for: most addresses name one."""

    def __init__(self, owner: User) -> None:
        self.owner = owner

    def __missing__(self, name: str) -> Any:
        self[name] = getattr(self, f"_{name}")()
        return self[name]

    def _business(self) -> Business:
        return make_business(self.owner)

    def _draft(self) -> Application:
        return make_draft(make_account(self["business"]))

    def _file(self) -> Evidence:
        return evidence.add(self["draft"], file=uploaded("toko.png", photo("PNG")), by=self.owner)

    def _photo(self) -> Photo:
        picture = uploaded("photo.png", photo("PNG", size=(200, 200)))
        return photos.keep(self["draft"].account, file=picture, by=self.owner)

    def _submitted(self) -> Application:
        return make_submitted(make_account(self["business"]))

    def _approved(self) -> Account:
        return make_approved(account=make_account(self["business"]))


def addresses() -> Iterator[URLPattern]:
    """Every page of `accounts.onboarding`, as it is routed."""

    def walk(resolver: URLResolver) -> Iterator[URLPattern]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern)
            elif pattern.callback.__module__.startswith("accounts.onboarding"):
                yield pattern

    yield from walk(get_resolver())


def address_of(name: str, page: Page, things: Mapping[str, Any]) -> str:
    about = page.about
    if not about:
        return reverse(name, kwargs=page.more)
    parameter = PARAMETERS.get(about, "application_id")
    whose = {"application_id": things["draft"].pk} if about == "file" else {}
    return reverse(name, kwargs={**whose, parameter: things[about].pk, **page.more})
