"""Where an owner is signed in, and ending that from elsewhere."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session

from accounts.audit import journal as audit
from accounts.contacts.models import Device
from accounts.people.doors import OWNERS_SESSION
from accounts.people.models import User

# What a browser calls itself holds the names of others: the first that is found is meant.
_BROWSERS = [
    (r"\bEdgA?/|\bEdgiOS/", "Edge"),
    (r"\bOPR/|\bOPX/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"UCBrowser/", "UC Browser"),
    (r"MiuiBrowser/", "Mi Browser"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bChrome/|\bCriOS/", "Chrome"),
    (r"\bSafari/", "Safari"),
]
_SYSTEMS = [
    (r"Android", "Android"),
    (r"iPhone|iPod", "iPhone"),
    (r"iPad", "iPad"),
    (r"Windows", "Windows"),
    (r"Macintosh|Mac OS X", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
]


def note(person: User, session_key: str, agent: str) -> Device:
    """A browser in which an owner has signed in just now."""
    return Device.objects.create(person=person, session_id=session_key, browser=described(agent))


def described(agent: str) -> str:
    """Family and system of a browser, as far as known ones can be told from its User-Agent: no more is kept of it."""
    found = [
        next((name for pattern, name in names if re.search(pattern, agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def last_used(device: Device) -> datetime:
    """About when: a session is written on each day of its use."""
    return device.session.expire_date - OWNERS_SESSION


def end(session_key: str, *, by: User, only: str = "") -> int:
    """Sign out elsewhere: in one device or in all but the one that asks (`session_key`). How many have ended."""
    devices = Device.objects.of(by).exclude(session=session_key)
    ended = _end(device.session_id for device in devices if only in ("", device.pk))
    if ended:
        audit.log("device_ended", by=by, on=by)
    return ended


def _end(session_keys: Iterable[str]) -> int:
    _, ended = Session.objects.filter(session_key__in=list(session_keys)).delete()
    return ended.get(Session._meta.label, 0)
