"""Why an application was declined or barred: coded, with the sentence the owner reads."""

from accounts.errors import Invalid, Problem
from accounts.text import Text

DECLINE_REASONS: dict[str, Text] = {
    "not_a_business": Text(
        "Kami tidak dapat memastikan bahwa ini usaha.", "We could not confirm that this is a business."
    ),
    "evidence_insufficient": Text("Bukti yang dikirim belum cukup.", "The evidence is not sufficient."),
    "name_not_acceptable": Text(
        "Nama tampilan tidak sesuai aturan nama.", "The display name does not follow the rules for names."
    ),
    "name_of_another": Text(
        "Nama tampilan menyerupai usaha lain.", "The display name resembles another business."
    ),
    "number_not_reachable": Text("Nomor tidak dapat dihubungi.", "Nobody answers at the number."),
    "not_in_this_cohort": Text(
        "Usaha ini tidak termasuk gelombang ini.", "The business does not belong to this cohort."
    ),
    "category_not_admitted": Text(
        "Jenis usaha ini belum diterima.", "This kind of business is not admitted yet."
    ),
}
BAR_REASONS: dict[str, Text] = {
    "impersonation": Text("Meniru usaha lain.", "It imitates another business."),
    "fraud": Text("Penipuan.", "Fraud."),
    "forged_evidence": Text("Bukti yang dikirim palsu.", "The evidence is forged."),
    "repeated_abuse": Text("Pelanggaran berulang.", "Repeated abuse."),
}


def check(reason: str, reasons: dict[str, Text]) -> str:
    """Raises Invalid: reason_required, reason_unknown."""
    if reason not in reasons:
        code = "reason_unknown" if reason else "reason_required"
        raise Invalid(code, problems=[Problem(code, "/reason")])
    return reason


def text_of(reason: str) -> Text:
    """The sentence of a decline's or bar's reason; empty for an approval."""
    return DECLINE_REASONS.get(reason) or BAR_REASONS.get(reason) or Text("", "")
