"""The small pilot that a first run starts with: made-up businesses, numbers reserved for fiction."""

import io
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from PIL import Image, ImageDraw

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Badge, Tier
from accounts.businesses import services as businesses
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort
from accounts.proofs import services as proofs
from accounts.verification import evidence
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Source, Status

COHORT, INVITED_COHORT = "Pilot", "Pasar Baru"
INVITED = "siti@warung.example"  # her invitation lies in the outbox of the first run


@dataclass(frozen=True)
class Applicant:
    kind: str
    legal_name: str
    display_name: str
    number: str
    category: str
    about: str
    purposes: tuple[str, ...]
    owner: str


VERIFIED = Applicant(
    "company", "CV Siti Rasa", "Warung Bu Siti", "+13035550101", "food",
    "Masakan rumahan, buka setiap hari 07.00-20.00", ("order_updates", "delivery"), "Siti",
)  # fmt: skip
CONFIRMED = Applicant(
    "sole_trader", "Joko Susilo", "Bengkel Pak Joko", "+13035550102", "automotive",
    "Servis motor, panggilan ke rumah", ("appointments", "customer_care"), "Joko",
)  # fmt: skip
SUSPENDED = Applicant(
    "company", "PT Sinar Abadi Elektronik", "Sinar Abadi Elektronik", "+13035550103", "retail",
    "Elektronik rumah tangga", ("order_updates", "promotions"), "Bambang",
)  # fmt: skip
WAITING = (
    Applicant(
        "company", "CV Ada Roti", "Roti Ada", "+13035550104", "food",
        "Roti hangat tiap pagi", ("order_updates", "delivery"), "Ada",
    ),
    Applicant(
        "sole_trader", "Melati Putri", "Salon Melati", "+13035550105", "beauty",
        "Potong rambut dan rias pengantin", ("appointments",), "Melati",
    ),
    Applicant(
        "company", "PT Sehat Bersama Farma", "Apotek Sehat Bersama", "+13035550106", "health",
        "Apotek dengan layanan antar", ("order_updates", "customer_care"), "Dewi",
    ),
    Applicant(
        "company", "CV Mandiri Jaya", "Bаnk Mandiri", "+13035550107", "finance",
        "Layanan keuangan", ("customer_care", "promotions"), "Mallory",
    ),
)  # fmt: skip


def build(rita: User, rudi: User, olga: User) -> None:
    """One verified, one confirmed and one suspended account, a few waiting applications, and an invitation."""
    cohort = pilot.open_cohort(COHORT, by=audit.SYSTEM, invitation_only=False)
    for applicant, tier in (
        (VERIFIED, Tier.VERIFIED),
        (CONFIRMED, Tier.CONFIRMED),
        (SUSPENDED, Tier.VERIFIED),
    ):
        _approve(_apply(applicant, cohort), tier, by=rita)
    badge = Badge.objects.get(account__number=SUSPENDED.number)
    badges.suspend(badge, reason="under_investigation", by=rudi)
    for applicant in WAITING:
        _apply(applicant, cohort)
    invited = pilot.open_cohort(INVITED_COHORT, by=olga, country="ID", capacity=20)
    pilot.invite(invited, INVITED, by=olga)


def _apply(applicant: Applicant, cohort: Cohort) -> Application:
    owner = businesses.find_or_create_owner(f"{applicant.owner.lower()}@owner.example", name=applicant.owner)
    business = businesses.open_business(
        kind=applicant.kind, legal_name=applicant.legal_name, country="ID", owner=owner, by=owner
    )
    account = businesses.open_account(
        business,
        category=applicant.category,
        about=applicant.about,
        contact_purposes=applicant.purposes,
        by=owner,
    )
    application = verification.start(
        account,
        kind=Kind.NEW,
        source=Source.FORM,
        cohort=cohort,
        by=owner,
        display_name=applicant.display_name,
        number=applicant.number,
    )
    evidence.add(application, file=_paper(applicant), by=owner)
    return verification.submit(application, by=owner)


def _approve(application: Application, tier: Tier, *, by: User) -> None:
    proofs.record_call_back(application.account, application.number, note="contoh / example", by=by)
    verification.claim(application, by=by)
    application = verification.approve(application, tier=tier, by=by)
    if application.status == Status.DECIDED:
        # The newcomer wants to see a badge now, not when the undo window is over.
        application.decisions.pending().update(effective_at=Now())
        verification.take_effect(application)


def _paper(applicant: Applicant) -> SimpleUploadedFile:
    """A picture of a paper, so that there is something to open."""
    picture = Image.new("RGB", (640, 400), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((12, 12, 627, 387), outline="black", width=3)
    draw.text((40, 50), "NOMOR INDUK BERUSAHA (contoh)", fill="black", font_size=26)
    draw.text((40, 130), applicant.legal_name, fill="black", font_size=32)
    draw.text((40, 200), "NIB 0000 0000 0000", fill="black", font_size=26)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return SimpleUploadedFile("nib.png", file.getvalue(), "image/png")
