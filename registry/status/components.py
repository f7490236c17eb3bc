"""What the status page speaks of: the one table of components, and the words for how one is."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.text import Text


class Status(StrEnum):
    """How a component is. The first four are measured, from best to worst; the last is announced by staff."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"
    MAINTENANCE = "under_maintenance"

    @property
    def rank(self) -> int:
        """The higher the worse; what is planned is no worse than what works slowly."""
        return _RANK[self]

    @property
    def label(self) -> Text:
        return LABELS[self]

    @property
    def fails(self) -> bool:
        """Whether some of what people came for is not to be had."""
        return self in (Status.PARTIAL, Status.MAJOR)


_RANK = {
    Status.OPERATIONAL: 0,
    Status.MAINTENANCE: 1,
    Status.DEGRADED: 1,
    Status.PARTIAL: 2,
    Status.MAJOR: 3,
}
LABELS = {
    Status.OPERATIONAL: Text("Berfungsi", "Operational"),
    Status.DEGRADED: Text("Lambat atau tidak stabil", "Degraded performance"),
    Status.PARTIAL: Text("Sebagian terganggu", "Partial outage"),
    Status.MAJOR: Text("Terganggu", "Major outage"),
    Status.MAINTENANCE: Text("Dalam pemeliharaan", "Under maintenance"),
}
NO_DATA = Text("Tidak ada data", "No data")


@dataclass(frozen=True)
class Group:
    key: str
    name: Text


@dataclass(frozen=True)
class Component:
    """`key` names it in addresses, files and the database, for good."""

    key: str
    name: Text
    description: Text
    group: Group


APPS = Group("apps", Text("Untuk aplikasi", "For apps"))
PEOPLE = Group("people", Text("Untuk orang", "For people"))
# In the order of the page. What is asked of each: probing.py.
COMPONENTS = (
    Component(
        "lookups",
        Text("Pencarian nomor", "Look-ups"),
        Text(
            "Aplikasi perpesanan menanyakan nama dan lencana sebuah nomor.",
            "Messaging apps ask for the name and badge of a number.",
        ),
        APPS,
    ),
    Component(
        "forms",
        Text("Formulir pemilik usaha", "Owners' forms"),
        Text("Pemilik usaha mendaftar dan mengurus akunnya.", "Owners apply and look after their accounts."),
        PEOPLE,
    ),
    Component(
        "messages",
        Text("Pesan dan kode", "Messages and codes"),
        Text("Kode, pertanyaan, dan kabar sampai kepada pemilik.", "Codes, questions and news reach owners."),
        PEOPLE,
    ),
    Component(
        "admin",
        Text("Halaman peninjau", "Reviewers' admin"),
        Text("Peninjau memeriksa pengajuan.", "Reviewers look at applications."),
        PEOPLE,
    ),
)
KEYS = tuple(component.key for component in COMPONENTS)
BY_KEY = {component.key: component for component in COMPONENTS}
