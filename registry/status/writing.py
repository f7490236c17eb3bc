"""The usual texts of incidents, maintenance and their updates: what fills a form in, in both languages.

Each but the explanation can be published as it stands: it promises nothing that a usual case would not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.text import Text
from registry.status.incidents import Impact, Stage


class Place(StrEnum):
    """Where a text is offered."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    UPDATE = "update"


@dataclass(frozen=True)
class Usual:
    """`name` is what staff choose it by. A text of an update has no title, impact nor components of its own."""

    place: Place
    name: Text
    body: Text
    stage: Stage
    title: Text | None = None
    impact: Impact | None = None
    components: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """By the names of a form's fields."""
        filled: dict[str, Any] = {"body_id": self.body.id, "body_en": self.body.en, "stage": self.stage.value}
        if self.title is not None:
            filled |= {"title_id": self.title.id, "title_en": self.title.en}
        if self.impact is not None:
            filled["impact"] = self.impact.value
        if self.components:
            filled["components"] = list(self.components)
        return filled


USUAL: dict[str, Usual] = {
    # The beginning of an incident.
    "lookups_fail": Usual(
        Place.INCIDENT,
        Text("Pencarian nomor gagal", "Look-ups fail"),
        Text(
            "Sebagian pencarian nomor gagal. Aplikasi tetap memakai salinan kartu yang sudah ada di ponsel, jadi nama "
            "dan lencana yang pernah tampil tetap tampil untuk sementara. Kami sedang mencari penyebabnya.",
            "Some look-ups of numbers fail. Apps go on with the cards that a phone has already, so names and badges "
            "that were shown before are still shown for a while. We are looking for the cause.",
        ),
        Stage.INVESTIGATING,
        Text("Pencarian nomor terganggu", "Look-ups are disrupted"),
        Impact.MAJOR,
        ("lookups",),
    ),
    "lookups_slow": Usual(
        Place.INCIDENT,
        Text("Pencarian nomor lambat", "Look-ups are slow"),
        Text(
            "Pencarian nomor dijawab lebih lambat daripada biasanya. Jawabannya benar. Kami sedang mencari "
            "penyebabnya.",
            "Look-ups of numbers are answered more slowly than usual. The answers are right. We are looking for the "
            "cause.",
        ),
        Stage.INVESTIGATING,
        Text("Pencarian nomor lambat", "Look-ups are slow"),
        Impact.MINOR,
        ("lookups",),
    ),
    "database": Usual(
        Place.INCIDENT,
        Text("Gangguan basis data", "Database trouble"),
        Text(
            "Basis data kami terganggu. Formulir pemilik usaha, halaman peninjau, dan kode masuk tidak dapat dipakai. "
            "Pencarian nomor masih dijawab dari salinan kartu. Kami sedang menanganinya.",
            "Our database is in trouble. Owners' forms, the reviewers' admin and sign-in codes can't be used. Look-ups "
            "of numbers are still answered from a copy of the cards. We are working on it.",
        ),
        Stage.INVESTIGATING,
        Text("Gangguan basis data", "Database trouble"),
        Impact.MAJOR,
        ("forms", "messages", "admin"),
    ),
    "messages_late": Usual(
        Place.INCIDENT,
        Text("Pesan terlambat", "Messages are delayed"),
        Text(
            "Kode dan kabar lewat SMS atau email tiba terlambat. Tidak ada yang hilang: semuanya menunggu dan akan "
            "dikirim. Jangan meminta kode berulang-ulang; hanya kode terakhir yang berlaku.",
            "Codes and news by SMS or e-mail arrive late. Nothing is lost: all of it waits, and will be sent. Please "
            "don't ask for a code again and again; only the last one counts.",
        ),
        Stage.INVESTIGATING,
        Text("Pesan terlambat", "Messages are delayed"),
        Impact.MINOR,
        ("messages",),
    ),
    "forms_fail": Usual(
        Place.INCIDENT,
        Text("Formulir pemilik usaha gagal", "Owners' forms fail"),
        Text(
            "Sebagian pemilik usaha tidak dapat masuk atau mengirim formulir. Yang sudah terkirim tersimpan. Kami "
            "sedang mencari penyebabnya.",
            "Some owners can't sign in or send a form. What was sent before is kept. We are looking for the cause.",
        ),
        Stage.INVESTIGATING,
        Text("Formulir pemilik usaha terganggu", "Owners' forms are disrupted"),
        Impact.MAJOR,
        ("forms",),
    ),
    # A maintenance.
    "planned": Usual(
        Place.MAINTENANCE,
        Text("Pemeliharaan terencana", "Planned maintenance"),
        Text(
            "Kami merawat sistem pada waktu yang tertulis. Selama itu bagian layanan yang disebut di sini mungkin tidak"
            " dapat dipakai. Yang sudah terkirim tersimpan.",
            "We look after our systems at the time given. Meanwhile the parts of the service named here may not be "
            "available. What was sent before is kept.",
        ),
        Stage.SCHEDULED,
        Text("Pemeliharaan terencana", "Planned maintenance"),
        None,
        ("forms", "messages", "admin"),
    ),
    # What follows an incident.
    "identified": Usual(
        Place.UPDATE,
        Text("Penyebab diketahui", "The cause is known"),
        Text(
            "Kami sudah tahu penyebabnya dan sedang memperbaikinya.",
            "We know the cause and are working on a fix.",
        ),
        Stage.IDENTIFIED,
    ),
    "still": Usual(
        Place.UPDATE,
        Text("Masih dikerjakan", "Still at work"),
        Text(
            "Kami masih mengerjakannya. Kabar berikutnya menyusul di halaman ini.",
            "We are still working on it. The next update follows on this page.",
        ),
        Stage.IDENTIFIED,
    ),
    "monitoring": Usual(
        Place.UPDATE,
        Text("Diperbaiki, dipantau", "Fixed, being watched"),
        Text(
            "Perbaikan sudah dipasang. Kami memantau apakah semuanya kembali berfungsi.",
            "A fix is in place. We are watching whether everything works again.",
        ),
        Stage.MONITORING,
    ),
    "resolved": Usual(
        Place.UPDATE,
        Text("Selesai", "Resolved"),
        Text(
            "Gangguan ini selesai. Maaf atas ketidaknyamanannya.",
            "This incident is over. We are sorry for the trouble.",
        ),
        Stage.RESOLVED,
    ),
    "explained": Usual(
        Place.UPDATE,
        Text("Penjelasan sesudahnya", "Explained afterwards"),
        Text(
            "Apa yang terjadi:\n\nMengapa terjadi:\n\nApa yang kami ubah supaya tidak terulang:",
            "What happened:\n\nWhy it happened:\n\nWhat we change so that it does not happen again:",
        ),
        Stage.POSTMORTEM,
    ),
    # What follows a maintenance.
    "begun": Usual(
        Place.UPDATE,
        Text("Pemeliharaan dimulai", "The maintenance has begun"),
        Text("Pemeliharaan sudah dimulai.", "The maintenance has begun."),
        Stage.IN_PROGRESS,
    ),
    "longer": Usual(
        Place.UPDATE,
        Text("Pemeliharaan lebih lama", "The maintenance takes longer"),
        Text(
            "Pemeliharaan ini perlu waktu lebih lama daripada yang direncanakan.",
            "This maintenance takes longer than planned.",
        ),
        Stage.IN_PROGRESS,
    ),
    "completed": Usual(
        Place.UPDATE,
        Text("Pemeliharaan selesai", "The maintenance is completed"),
        Text(
            "Pemeliharaan selesai. Semua bagian dapat dipakai lagi.",
            "The maintenance is completed. Everything can be used again.",
        ),
        Stage.COMPLETED,
    ),
    "cancelled": Usual(
        Place.UPDATE,
        Text("Pemeliharaan dibatalkan", "The maintenance is cancelled"),
        Text(
            "Pemeliharaan ini dibatalkan. Tidak ada yang berubah.",
            "This maintenance is cancelled. Nothing changes.",
        ),
        Stage.COMPLETED,
    ),
}
_TEXTS = ("title_id", "title_en", "body_id", "body_en")


def offered(place: Place, stages: Sequence[Stage]) -> dict[str, Usual]:
    """Those of this place that say a stage which may be said."""
    return {key: usual for key, usual in USUAL.items() if usual.place == place and usual.stage in stages}


def filled(typed: Mapping[str, Any], usual: Usual) -> tuple[dict[str, Any], bool]:
    """A form's fields as `usual` has them, and whether something was left alone: own words are not written over."""
    ready_made = {
        name: {str(one.fields().get(name, "")).strip() for one in USUAL.values()} | {""} for name in _TEXTS
    }
    fields, left_alone = dict(typed), False
    for name, value in usual.fields().items():
        if name in _TEXTS and _plain(typed.get(name)) not in ready_made[name] | {value}:
            left_alone = True
        else:
            fields[name] = value
    return fields, left_alone


def _plain(text: object) -> str:
    """As it is kept: a browser sends other ends of lines."""
    return str(text or "").replace("\r\n", "\n").strip()
