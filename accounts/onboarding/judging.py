"""What is said about a name to whoever chooses it: the rule, why it is there, and a way out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.businesses import lookalikes
from accounts.businesses.models import Account
from accounts.errors import Invalid, Problem
from accounts.names.characters import HIDDEN, SYMBOL
from accounts.names.shape import Name
from accounts.spoken import spoken

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_RESEMBLED = 3
LONGEST_JUDGED = 300  # characters that anybody may have judged at once

# The sentences of the warnings in `accounts.names` speak to reviewers; these to the owner: what, and what to do.
TOLD: dict[str, tuple["StrOrPromise", "StrOrPromise"]] = {
    "name_platform": (
        _("The name mentions a messaging service or a social network."),
        _("Leave that word out, unless the business belongs to it."),
    ),
    "name_claims_verified": (
        _("The name says that the business is official or verified. Only the badge may say so."),
        _("Leave that word out."),
    ),
    "name_generic": (
        _("The name only says what kind of business it is; many are called so."),
        _("Add what tells yours from the others, for example your name or your street."),
    ),
    "name_place": (
        _("The name is only that of a place."),
        _("Add what the business does, or what customers call it."),
    ),
    "name_person": (
        _("The name is only that of a person."),
        _("Keep it if customers know the business by it. If not, add what the business does."),
    ),
    "name_promotion": (
        _("The name advertises. Prices and praise change, a name stays."),
        _("Leave that out of the name; it may stand in what customers should know."),
    ),
    "name_licensed_word": (
        _("The name holds a word that only businesses with a licence may use."),
        _("Add the licence to your papers, or leave the word out."),
    ),
    "name_government": (
        _("The name sounds like a public authority."),
        _("If you speak for it, add a letter that says so to your papers. If not, choose another name."),
    ),
    "name_mixed_script": (
        _(
            "One word is written with letters of several scripts. Some of them look alike, and that can deceive."
        ),
        _("Type the word again with one keyboard."),
    ),
    "name_look_alike": (
        _("The name is like one that exists already."),
        _(
            "Keep it if it is the name on your sign. Or add what tells the two apart, for example your street."
        ),
    ),
}


@dataclass(frozen=True)
class Said:
    """One thing about a name. `way_out` is empty where the sentence says it all."""

    code: str
    sentence: "StrOrPromise"
    way_out: "StrOrPromise" = ""
    part: str = ""
    resembles: tuple[tuple[str, str], ...] = ()  # names, and why


@dataclass(frozen=True)
class Judgement:
    """`suggestion` is the same name without what is wrong with it, where that is easily left out."""

    name: str
    errors: tuple[Said, ...]
    warnings: tuple[Said, ...]
    suggestion: str = ""


def judge(name: str, account: Account) -> Judgement:
    """Look-alikes are asked for only where nothing else stops the name."""
    name = names.normalise(name)[:LONGEST_JUDGED]
    found = names.findings(name)
    errors = tuple(
        Said(finding.code, spoken(finding.sentence), part=finding.part)
        for finding in found
        if finding.severity == "error"
    )
    if errors:
        return Judgement(name, errors, (), suggestion_for(name))
    warnings = [
        Said(finding.code, *TOLD[finding.code], part=finding.part)
        for finding in found
        if finding.severity == "warning"
    ]
    if similar := lookalikes.of(name, besides=account, limit=MOST_RESEMBLED):
        resembles = tuple(dict.fromkeys((alike.name, spoken(alike.why)) for alike in similar))
        warnings.append(Said("name_look_alike", *TOLD["name_look_alike"], resembles=resembles))
    return Judgement(name, (), tuple(warnings))


def errors_of(name: str) -> list[names.Finding]:
    return [finding for finding in names.findings(name) if finding.severity == "error"]


def require_good(name: str) -> None:
    """Raises Invalid, with each error at the name."""
    if errors := errors_of(name):
        raise Invalid(
            "invalid", problems=[Problem(one.code, "/display_name", sentence=one.sentence) for one in errors]
        )


def suggestion_for(name: str) -> str:
    """Without emoji, decoration, hidden characters and odd spaces, and not in capitals; empty where that is no help."""
    read = Name(name)
    kept = "".join(
        " " if kind == SYMBOL else char
        for char, kind in zip(read.text, read.shape, strict=True)
        if kind != HIDDEN
    )
    suggested = " ".join(kept.split())
    if any(finding.code == "name_all_caps" for finding in errors_of(suggested)):
        suggested = " ".join(word.capitalize() for word in suggested.split())
    return suggested if suggested != name and not errors_of(suggested) else ""
