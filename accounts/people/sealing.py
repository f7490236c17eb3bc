"""Secrets of the staff's second factors, as they stand in the database: sealed with a key made of SECRET_KEY.

Who has a copy of the database alone can't make a code with it. A new SECRET_KEY opens what an older one sealed as
long as that one is in SECRET_KEY_FALLBACKS.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _fernet(secret_key: str | bytes) -> Fernet:
    key = salted_hmac("accounts.people.sealing", "", secret=secret_key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
