"""Which file a number is in."""

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE


def calling_code(number: str) -> str:
    """The country calling code of an E.164 number; of what is assigned to nobody, its first three digits.

    Neither kind begins with another one (ITU-T E.164 section 6), so that a number begins with the prefix of one file
    at most, and who reads the files needs no table.
    """
    digits = number.removeprefix("+")
    for length in (1, 2):
        if int(digits[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length]
    return digits[:3]
