"""The second net: what looks like somebody's is taken out of a line, and what a line needs stays."""

import pytest

from registry.logs.masking import mask

NUMBER, ADDRESS = "+6281234567890", "siti.aminah@warung.example"
TOKEN = "k3Vb9QxYz7LmN2pRsT4wUa"  # as long as an invitation's
KEY = "vbr_live_rs4LpjPcD6JNwV2pxc5ClsYzzgeXx04WUSBR"  # as `keys.generate` makes them; a fixed one: it names a test

MASKED = [
    (f"to {NUMBER}, now", "to ***, now"),
    ("/v1/contacts/%2B6281234567890", "/v1/contacts/***"),
    ("/v1/contacts/6281234567890", "/v1/contacts/***"),
    ("+62 812-3456-7890", "***"),
    ("+62 (812) 3456 7890", "***"),
    ("0812-3456-7890", "***"),
    ("081234567890.", "***."),
    ("(021) 555 1234", "***"),
    ("(number)=(+12025550123) already exists", "(number)=(***) already exists"),
    (f"mail to <{ADDRESS}> failed", "mail to <***> failed"),
    ("siti%40warung.example", "***"),
    ("ibu.sítí@warung.example", "***"),
    (f"Authorization: Bearer {KEY}", "Authorization: Bearer ***"),
    (f"the key {KEY[:20]} is cut", "the key vbr_live_*** is cut"),
    ("Authorization: Bearer eyJhbGciOiJIUzI1.eyJzdWIiOi.x", "Authorization: Bearer ***"),
    ("Basic c2l0aTpyYWhhc2lh", "Basic ***"),
    (f"GET /i/{TOKEN}/", "GET /i/***/"),
    ("GET /i/kVbQxYzLmNpRsTwUakVbQ/", "GET /i/***/"),
    ("GET /start/?contact=siti&next=/", "GET /start/?***"),
    ("https://siti:rahasia@registry.example/x", "https://***@registry.example/x"),
    ("postgres://registry_web:abc123@db/registry", "postgres://***@db/registry"),
    ("host=db password=rahasia user=web", "host=db password=*** user=web"),
    ("the secret JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "the secret ***"),
    ("session 8w5z0x3y1q7r2t6u9i4o5p0a8s7d6f5g", "session ***"),
    ("digest " + "0a1b2c3d" * 8, "digest ***"),
]
LEFT = [
    "Generation 0000000012: 5000000 cards",
    "acc_01h2xcejqtf2nbrexx3vqjhp41 was given up: timeout",
    "job deliver[123456] took 12.345678 s",
    "job 018f6f3c-7c4e-7b52-8c1f-0123456789ab",
    "2026-11-22T14:02:22.123+07:00",
    "2026-11-22 14:02:22,123",
    'File "/srv/registry/.venv/lib/python3.11/site-packages/django/core/handlers/base.py", line 197',
    "http://127.0.0.1:8000 answered 404 in 0.123456789 s",
    "accounts.cardstore.following.FollowerOfTheCards",
    "v1/contacts/<written:number> 200",
    "registry_web@",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_what_may_be_somebodys_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", LEFT)
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask(text) == text
