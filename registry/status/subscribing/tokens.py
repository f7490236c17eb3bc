"""The secrets in the links of our mails: one to say yes with, one to stop with."""

import hashlib
import hmac
import secrets

from django.utils.crypto import salted_hmac

from accounts import ids

SUFFIX_CHARACTERS = 26  # of an id, behind its prefix
MAC_CHARACTERS = 32  # 128 bits


def fresh() -> str:
    """192 random bits: guessing one is hopeless, so that nothing counts wrong ones."""
    return secrets.token_urlsafe(24)


def digest_of(token: str) -> bytes:
    """Not keyed: there are far too many tokens to look up."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def to_stop(subscriber_id: str) -> str:
    """The same in every mail to a subscriber, and kept nowhere: it follows from the id and our key."""
    return f"{subscriber_id.partition('_')[2]}{_mac(subscriber_id)}"


def stopped_by(token: str) -> str | None:
    """The id of the subscriber whose token it is, who may be gone; None: nobody's."""
    subscriber_id = f"sub_{token[:SUFFIX_CHARACTERS]}"
    mac = token[SUFFIX_CHARACTERS:].encode(errors="surrogatepass")
    if not hmac.compare_digest(mac, _mac(subscriber_id).encode()):
        return None
    try:
        ids.to_uuid("sub", subscriber_id)
    except ValueError:
        return None
    return subscriber_id


def _mac(subscriber_id: str) -> str:
    name = subscriber_id.encode(errors="surrogatepass")
    return salted_hmac("registry.status.subscribing", name, algorithm="sha256").hexdigest()[:MAC_CHARACTERS]
