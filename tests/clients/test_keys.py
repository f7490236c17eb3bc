import string

import pytest

from accounts.clients import keys


@pytest.mark.parametrize("deployment", ["live", "test"])
def test_a_key_is_36_base62_characters_behind_its_deployment(deployment: str) -> None:
    secret = keys.generate(deployment)
    start = f"vbr_{deployment}_"
    assert secret.startswith(start)
    assert len(secret) == len(start) + 36
    assert set(secret.removeprefix(start)) <= set(string.ascii_letters + string.digits)
    assert keys.deployment_of(secret) == deployment


def test_two_keys_differ() -> None:
    assert len({keys.generate("test") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("text", "crc32"),
    [("123456789", 0xCBF43926), ("", 0), ("The quick brown fox jumps over the lazy dog", 0x414FA339)],
)
def test_the_checksum_is_the_crc_32_in_base62(text: str, crc32: int) -> None:
    """The numbers are the published check values of CRC-32."""
    value = 0
    for character in keys.checksum(text):
        value = value * 62 + keys.ALPHABET.index(character)
    assert value == crc32
    assert len(keys.checksum(text)) == 6


def test_any_wrong_character_is_noticed() -> None:
    secret = keys.generate("live")
    for place in range(len("vbr_live_"), len(secret)):
        other = "0" if secret[place] != "0" else "1"
        assert keys.deployment_of(secret[:place] + other + secret[place + 1 :]) is None


@pytest.mark.parametrize(
    "mangle",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "0",
        lambda secret: secret + "\n",
        lambda secret: secret.upper(),
        lambda secret: secret.replace("vbr_live", "vbr_test"),  # the checksum covers the prefix too
        lambda secret: secret.replace("vbr_live", "vbr_prod"),
        lambda secret: "",
        lambda secret: "vbr_live_" + "é" * 36,
    ],
)
def test_what_is_no_key_is_told_apart(mangle: object) -> None:
    assert keys.deployment_of(mangle(keys.generate("live"))) is None  # type: ignore[operator]  # a lambda
