"""Tags: words by which the staff find cases again. They say nothing to the owner."""

import re

from accounts.audit import journal as audit
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.claims import require_outsider
from accounts.verification.models import Application
from accounts.verification.transitions import lock

TAG = r"[a-z0-9]+(-[a-z0-9]+)*"
LONGEST = 30  # characters
TAGS_A_CASE = 10


def is_tag(word: str) -> bool:
    return len(word) <= LONGEST and re.fullmatch(TAG, word) is not None


@audit.transaction
def tag(application: Application, *, word: str, by: User) -> Application:
    """Raises Invalid tag_malformed; NotAllowed: tags_used_up, tag_there_already; Forbidden: permission_missing,
    own_business.

    The event does not say the word: staff write what they like into it.
    """
    require_permission(by, "verification.review_application")
    application, word = lock(application), _word(word)
    require_outsider(application, by=by)
    if word in application.tags:
        raise NotAllowed("tag_there_already")
    if len(application.tags) >= TAGS_A_CASE:
        raise NotAllowed("tags_used_up", limit=TAGS_A_CASE)
    return _save(application, sorted([*application.tags, word]), "application.tagged", by=by)


@audit.transaction
def untag(application: Application, *, word: str, by: User) -> Application:
    """Raises Invalid tag_malformed; NotAllowed tag_missing; Forbidden: permission_missing, own_business."""
    require_permission(by, "verification.review_application")
    application, word = lock(application), _word(word)
    require_outsider(application, by=by)
    if word not in application.tags:
        raise NotAllowed("tag_missing")
    left = [other for other in application.tags if other != word]
    return _save(application, left, "application.untagged", by=by)


def _word(typed: str) -> str:
    word = typed.strip().lower()
    if not is_tag(word):
        raise Invalid("invalid", problems=[Problem("tag_malformed", "/word", {"limit": LONGEST})])
    return word


def _save(application: Application, tags: list[str], event: str, *, by: User) -> Application:
    application.tags = tags
    application.save(update_fields=["tags"])
    audit.record(event, on=application, by=by, data={"tags": len(tags)})
    return application
