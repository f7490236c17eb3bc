"""What an owner agrees to before the registry keeps anything but a contact."""

from accounts.audit import journal as audit
from accounts.errors import Invalid, Problem
from accounts.people.models import User
from accounts.privacy.models import Consent
from accounts.text import Text

VERSION = "2026-11"  # change it with the text: everybody is then asked once more
TEXT = (
    Text(
        "Kami menyimpan kontak Anda, data usaha, foto, dan dokumen yang Anda kirim, supaya peninjau kami dapat "
        "memeriksa bahwa nomor dan nama itu milik usaha Anda.",
        "We keep your contact, the facts of the business, and the photos and papers you send, so that our reviewers "
        "can check that number and name belong to your business.",
    ),
    Text(
        "Yang dilihat orang lain hanya kartu usaha: nama, nomor, foto, kategori, dan lencananya. Kontak dan dokumen "
        "Anda tidak pernah ditampilkan.",
        "Others see the card of the business only: name, number, photo, category and badge. Your contact and your "
        "papers are never shown.",
    ),
    Text(
        "Dokumen dihapus {days} hari setelah pengajuan selesai.",
        "Papers are deleted {days} days after the application has ended.",
    ),
    Text(
        "Kapan saja Anda dapat mengunduh semua data Anda, atau meminta semuanya dihapus, di halaman Data saya.",
        "At any time you can download all of your data, or have all of it erased, on the page My data.",
    ),
)


def is_given(person: User) -> bool:
    return Consent.objects.filter(person=person, version=VERSION).exists()


@audit.transaction
def give(person: User, *, version: str, language: str) -> Consent:
    """Repeating it changes nothing. Raises Invalid consent_outdated: another text is in force by now."""
    if version != VERSION:
        raise Invalid("consent_outdated", problems=[Problem("consent_outdated", "/agreed")])
    consent, is_new = Consent.objects.get_or_create(
        person=person, version=version, defaults={"language": language[:8]}
    )
    if is_new:
        audit.record("consent.given", on=person, by=person, data={"version": version})
    return consent
