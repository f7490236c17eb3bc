"""A case read whole, in one statement a table: what several parts of its page show is asked for once."""

from django.db.models import Prefetch, prefetch_related_objects

from accounts.badges.models import Badge
from accounts.businesses.models import Membership, NumberDispute
from accounts.proofs.models import NumberProof
from accounts.verification.models import Application, Decision, Evidence, Note, Question, Reading
from accounts.websites.models import WebsiteProof


def fetch(application: Application) -> Application:
    """Everything is in the order in which it came; of readings and badges, the newest comes first."""
    decisions = Decision.objects.select_related("author", "seconded_by", "undone_by").order_by("decided_at")
    readings = Reading.objects.select_related("evidence", "read_by").order_by("-read_at", "-pk")
    members = Membership.objects.select_related("person").order_by("pk")
    proofs = NumberProof.objects.select_related("recorded_by").order_by("proven_at")
    prefetch_related_objects(
        [application],
        Prefetch("decisions", decisions),
        Prefetch("questions", Question.objects.select_related("asked_by").order_by("asked_at")),
        Prefetch("notes", Note.objects.select_related("author").order_by("written_at")),
        Prefetch("evidence", Evidence.objects.order_by("uploaded_at")),
        Prefetch("readings", readings),
        Prefetch("account__business__memberships", members),
        Prefetch("account__badges", Badge.objects.order_by("-issued_at")),
        Prefetch("account__disputes", NumberDispute.objects.select_related("client")),
        Prefetch("account__number_proofs", proofs),
        Prefetch("account__website_proofs", WebsiteProof.objects.order_by("started_at")),
        "account__report_cases",
    )
    return application
