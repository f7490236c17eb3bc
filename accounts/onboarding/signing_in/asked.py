"""What a browser has asked a code for: kept in its session, from the page of the contact to that of the code.

`kept`: under which name. A code to sign in with is none to change one's contact with, nor the other way round.
"""

import time
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.http import HttpRequest

from accounts.contacts.reading import Contact
from accounts.contacts.services import new_browser

KEPT = "sign_in"
FOR_A_CHANGE = "change_contact"
RESEND_AFTER = timedelta(seconds=30)  # before that, the first message may still be on its way


@dataclass(frozen=True)
class Asked:
    field: str
    value: str
    browser: str  # the random value that the code is bound to
    after: str  # a path of ours
    at: float  # seconds since 1970
    by_voice: bool = False

    @property
    def contact(self) -> Contact:
        return Contact(self.field, self.value)

    @property
    def wait(self) -> int:
        """Seconds until another code may be asked for."""
        return max(0, round(self.at + RESEND_AFTER.total_seconds() - time.time()))


def asked(request: HttpRequest, kept: str = KEPT) -> Asked | None:
    found = request.session.get(kept)
    return None if found is None else Asked(**found)


def keep(
    request: HttpRequest,
    contact: Contact,
    *,
    browser: str,
    after: str,
    by_voice: bool = False,
    kept: str = KEPT,
) -> None:
    """Beside it stands what else an anonymous session keeps."""
    asked = Asked(contact.field, contact.value, browser, after, time.time(), by_voice)
    request.session[kept] = asdict(asked)


def browser_of(request: HttpRequest, kept: str = KEPT) -> str:
    before = asked(request, kept)
    return before.browser if before else new_browser()


def forget(request: HttpRequest, kept: str = KEPT) -> None:
    request.session.pop(kept, None)
