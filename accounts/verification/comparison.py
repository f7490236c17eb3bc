"""Field by field: what the applicant wrote, what a source says, and whether the two are the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import NumberParseException

from accounts.businesses.lists import Category, ContactPurpose
from accounts.businesses.models import Account, BusinessKind
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.verification.applying import FIELDS
from accounts.verification.claims import is_outsider
from accounts.verification.matching import READABLE, SYMBOLS, Match, host_of, match_of, written
from accounts.verification.models import OPEN, Application, Evidence, Kind, Reading, Source
from accounts.verification.reading_forms import ReadingForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_LIVE = {"display_name": "live_name"}  # where the account's field is called otherwise
_IN_A_PROFILE = FIELDS[Kind.NEW]
_UNREAD: dict[str, "StrOrPromise"] = {
    "photo": gettext_lazy("photo"),
    "about": gettext_lazy("about"),
    "contact_purposes": gettext_lazy("writes about"),
}
# Mailboxes that anybody may open: their domain says nothing about a website.
FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.co.id",
        "ymail.com",
        "rocketmail.com",
        "hotmail.com",
        "outlook.com",
        "live.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "gmx.com",
        "mail.com",
        "zoho.com",
    ]
)


@dataclass(frozen=True)
class Says:
    """A source, and what it says. `file` is the evidence it was read in."""

    source: "StrOrPromise"
    value: "StrOrPromise"
    match: Match
    at: datetime | None = None
    by: str = ""
    note: "StrOrPromise" = ""
    file: Evidence | None = None

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.match]


@dataclass(frozen=True)
class Row:
    """`form` takes in what another source says; None where this reader may not say so now."""

    field: str
    label: "StrOrPromise"
    wrote: "StrOrPromise"
    asked_for: bool = False
    says: Sequence[Says] = ()
    form: ReadingForm | None = None

    @property
    def differs(self) -> bool:
        return any(one.match == Match.DIFFERENT for one in self.says)


def compare(
    application: Application,
    *,
    proofs: Iterable[NumberProof],
    by: User,
    refused: ReadingForm | None = None,
) -> list[Row]:
    """The rows in the order of a form, of a case that was read whole: see `fetching`.

    `proofs` are those of the number applied for; `refused` is what was just typed, and could not be noted.
    """
    account = application.account
    readings = _newest(application)
    known: dict[str, list[Says]] = {
        "display_name": _legal_name(application),
        "number": _proofs(application, proofs),
        "website": _mail_domains(application),
        "country": _country_of_the_number(application),
    }
    earlier = _imported(application)
    may = application.status in OPEN and may_read(application, by=by)
    rows = []
    for name, label in READABLE.items():
        wrote = written(application, name)
        says = [_read(application, reading) for reading in readings if reading.field == name]
        says += _live(application, account, name) + _listed(application, earlier, name) + known.get(name, [])
        form = None
        if may:
            mine = refused is not None and refused.data.get("field") == name
            form = refused if mine else ReadingForm(application.evidence.all(), field=name)
        asked_for = name in FIELDS[application.kind]
        rows.append(Row(name, label, _spelled(name, wrote), asked_for, says, form))
    rows += [
        Row(
            name,
            label,
            _unread(application, name),
            name in FIELDS[application.kind],
            _live(application, account, name),
        )
        for name, label in _UNREAD.items()
    ]
    return rows


def may_read(application: Application, *, by: User) -> bool:
    return by.has_perm("verification.review_application") and is_outsider(application, by=by)


def _newest(application: Application) -> list[Reading]:
    """Of each field and source, the last one."""
    newest: dict[tuple[str, str | None, str], Reading] = {}
    for reading in application.readings.all():
        newest.setdefault((reading.field, reading.evidence_id, reading.source.casefold()), reading)
    return list(newest.values())


def _read(application: Application, reading: Reading) -> Says:
    file = reading.evidence
    return Says(
        file.name if file else reading.source,
        reading.value,
        _match(application, reading.field, reading.value),
        at=reading.read_at,
        by=str(reading.read_by),
        file=file,
    )


def _match(application: Application, name: str, says: str) -> Match:
    return match_of(name, written(application, name), says, country=application.account.country)


def _live(application: Application, account: Account, name: str) -> list[Says]:
    """What users see now, where something is approved."""
    if account.confirmed_at is None or name not in _IN_A_PROFILE:
        return []
    live = getattr(account, _LIVE.get(name, name)) or ""
    if not live:
        return []
    match = Match.SAME if live == getattr(application, name) else Match.DIFFERENT
    return [Says(_("live now"), _spelled(name, live), match)]


def _imported(application: Application) -> Application | None:
    """The account's application that came with a list, where this is not the one."""
    if application.source == Source.IMPORT:
        return None
    listed = Application.objects.filter(account=application.account_id, source=Source.IMPORT)
    return listed.exclude(pk=application.pk).select_related("cohort").order_by("-created_at").first()


def _listed(application: Application, earlier: Application | None, name: str) -> list[Says]:
    if name not in _IN_A_PROFILE:
        return []
    if earlier is None or not getattr(earlier, name):
        return []
    value = getattr(earlier, name)
    return [
        Says(
            _("imported list"),
            _spelled(name, value),
            _match(application, name, value),
            at=earlier.created_at,
            note=earlier.cohort.name if earlier.cohort else "",
        )
    ]


def _legal_name(application: Application) -> list[Says]:
    business = application.account.business
    note = _("It may well differ: people know a shop by its trading name.")
    if business.kind == BusinessKind.SOLE_TRADER:
        note = _("A sole trader's legal name is a person's; the shop may be called otherwise.")
    match = _match(application, "display_name", business.legal_name)
    return [Says(_("legal name"), business.legal_name, match, note=note if match == Match.DIFFERENT else "")]


def _proofs(application: Application, proofs: Iterable[NumberProof]) -> list[Says]:
    found = [
        Says(
            proof.get_method_display(),
            proof.number,
            Match.DIFFERENT if proof.failed_at else Match.SAME,
            at=proof.proven_at,
            by=str(proof.recorded_by or ""),
            note=_("No longer proven.") if proof.failed_at else proof.note,
        )
        for proof in proofs
    ]
    return found or [Says(_("proof of the number"), _("none"), Match.UNCHECKED)]


def _mail_domains(application: Application) -> list[Says]:
    host = host_of(application.website)
    members = application.account.business.memberships.all()
    domains = dict.fromkeys(
        (member.person.email or "").rpartition("@")[2].casefold() for member in members if member.person.email
    )
    found = []
    for domain in domains if host else []:
        if domain in FREE_MAIL:
            found.append(
                Says(
                    _("owner's e-mail"), domain, Match.UNCHECKED, note=_("Anybody may have an address there.")
                )
            )
            continue
        same = host == domain or host.endswith(f".{domain}") or domain.endswith(f".{host}")
        found.append(Says(_("owner's e-mail"), domain, Match.SAME if same else Match.DIFFERENT))
    return found


def _country_of_the_number(application: Application) -> list[Says]:
    try:
        number = phonenumbers.parse(application.number, None)
    except NumberParseException:
        return []
    region = phonenumbers.region_code_for_number(number)
    regions = (region,) if region else phonenumbers.region_codes_for_country_code(number.country_code or 0)
    if not regions:
        return []
    country = application.account.business.country
    match = Match.SAME if country in regions else Match.DIFFERENT
    return [Says(_("the number's country"), ", ".join(regions[:5]), match)]


def _spelled(name: str, value: str) -> "StrOrPromise":
    if name == "category" and value:
        return Category(value).label
    return value


def _unread(application: Application, name: str) -> Any:
    account = application.account
    if name == "contact_purposes":
        return ", ".join(str(ContactPurpose(purpose).label) for purpose in account.contact_purposes)
    return account.about if name == "about" else application.photo
