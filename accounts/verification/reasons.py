"""Why the owner is asked, declined or barred: coded, with the sentence they read. The reasons themselves are data.

What was sent is kept with the question or decision (`wording`): a reason that is edited later changes no history.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from accounts.businesses import checks
from accounts.errors import Invalid, Problem
from accounts.spoken import spoken
from accounts.text import Text
from accounts.verification.models import Decision, Question, Reason

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
LONGEST_FILL = 200  # characters put in for one placeholder


class Field(NamedTuple):
    """Something a question can be about: what it is called, and where the owner's API has it (RFC 6901)."""

    label: Text
    pointer: str


FIELDS: Mapping[str, Field] = {
    "display_name": Field(Text("nama tampilan", "display name"), "/display_name"),
    "legal_name": Field(Text("nama badan usaha", "legal name"), "/business/legal_name"),
    "registration_number": Field(
        Text("nomor pendaftaran usaha", "registration number"), "/business/registration_number"
    ),
    "number": Field(Text("nomor telepon", "phone number"), "/number"),
    "category": Field(Text("kategori", "category"), "/category"),
    "website": Field(Text("situs web", "website"), "/website"),
    "photo": Field(Text("foto", "photo"), "/photo"),
    "evidence": Field(Text("bukti", "evidence"), "/evidence"),
    "about": Field(Text("keterangan usaha", "description of the business"), "/account/about"),
    "contact_purposes": Field(Text("tujuan kontak", "contact purposes"), "/account/contact_purposes"),
}


def choosable() -> QuerySet[Reason]:
    """What a reviewer can choose from, for every use: a retired reason is read, but not sent any more."""
    return Reason.objects.filter(retired_at=None).order_by("position", "code")


def choose(code: str, use: str) -> Reason:
    """Raises Invalid: reason_required, reason_unknown, reason_retired."""
    reason = Reason.objects.filter(pk=code, use=use).first()
    if reason is None:
        raise _invalid("reason_unknown" if code else "reason_required", "/reason")
    if reason.retired_at is not None:
        raise _invalid("reason_retired", "/reason")
    return reason


def placeholders(reason: Reason) -> list[str]:
    """What has to be filled in before the sentence can be sent, in the order of the sentence."""
    return list(dict.fromkeys(PLACEHOLDER.findall(reason.text_id)))


def worded(reason: Reason, fill: Mapping[str, str] | None) -> dict[str, str]:
    """The sentence as it will be sent, by language. What is filled in is the same in both.

    Raises Invalid: placeholder_unfilled and placeholder_unknown, both with the name; value_too_long, hidden_characters.
    """
    given = {name: value.strip() for name, value in (fill or {}).items()}
    wanted = placeholders(reason)
    problems = [
        Problem("placeholder_unfilled", f"/fill_{name}", {"name": name})
        for name in wanted
        if not given.get(name)
    ] + [
        Problem("placeholder_unknown", f"/fill_{name}", {"name": name})
        for name in given
        if name not in wanted
    ]
    if problems:
        raise Invalid(problems[0].code, problems=problems, **problems[0].params)
    for name, value in given.items():
        checks.length(checks.visible(value, f"/fill_{name}"), LONGEST_FILL, f"/fill_{name}")
    # Not str.format: what stands between the braces is a name, never an expression.
    texts = {"id": reason.text_id, "en": reason.text_en}
    return {
        language: PLACEHOLDER.sub(lambda found: given[found[1]], text) for language, text in texts.items()
    }


def text_of(written: Decision | Question) -> Text:
    """The sentence as it was sent; empty where there was none."""
    return Text(written.wording.get("id", ""), written.wording.get("en", ""))


def asked(question: Question) -> str:
    """What the owner was asked, as whoever reads this now is told it."""
    return "\n\n".join(part for part in (spoken(text_of(question)), question.text) if part)


def _invalid(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])
