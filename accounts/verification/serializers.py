"""An application as its owner may read it: never who works on it, nor what can still be undone."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts import names
from accounts.badges.api import TextSerializer
from accounts.badges.models import Tier
from accounts.businesses import lookalikes
from accounts.businesses.fields import NumberField, WebAddressField
from accounts.businesses.lists import Category
from accounts.clients.fields import MomentField, TextField
from accounts.clients.serializers import StrictSerializer
from accounts.verification import reasons
from accounts.verification import services as verification
from accounts.verification.models import (
    OPEN,
    UNDER_REVIEW,
    Application,
    Decision,
    EvidenceKind,
    Kind,
    Outcome,
    Question,
    Status,
)

IN_REVIEW = "in_review"
# What goes on inside. A decision shows when it took effect: until then it can be undone.
OWNER_STATUS: Mapping[str, str] = {s.value: IN_REVIEW if s in UNDER_REVIEW else s.value for s in Status}
MOST_RESEMBLED = 5  # names shown beside one that resembles them


class ProfileSerializer(StrictSerializer):
    """What an application asks for."""

    display_name = TextField(max_length=200, required=False)
    number = NumberField(required=False, help_text="It becomes the account's at submission.")
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    website = WebAddressField(required=False)
    photo = WebAddressField(required=False)


class TradeReferenceSerializer(StrictSerializer):
    """Who does business with the applicant and will say so: what a trader without papers shows instead of them."""

    name = TextField(max_length=120)
    contact = TextField(max_length=254, help_text="E-mail address, or phone number.")
    relation = TextField(max_length=200, allow_blank=True, default="")


class ChangesSerializer(ProfileSerializer):
    """What an application asks for, and what stands behind it."""

    without_papers = serializers.BooleanField(
        required=False,
        help_text="There are no papers: a photo of the place and a trade reference stand in.",
    )
    trade_reference = TradeReferenceSerializer(required=False)


class NewApplicationSerializer(ProfileSerializer):
    """A request about an account. Each kind changes its own part of the profile and refuses the rest."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    cohort = TextField(
        max_length=80,
        required=False,
        help_text="Name or id; without one, the open cohort of the account's country.",
    )


class WordsSerializer(StrictSerializer):
    """An answer or an objection."""

    text = TextField(max_length=4000)


class RequirementSerializer(StrictSerializer):
    """What is still missing."""

    code = serializers.CharField()
    pointer = serializers.CharField(help_text="JSON pointer of the field to fill.")
    blocks = serializers.ChoiceField(
        choices=["submission", "approval"], help_text="What it stands in the way of."
    )
    sentences = TextSerializer(source="text")


class ResembledSerializer(StrictSerializer):
    """A name that exists, and why the two look alike."""

    name = serializers.CharField()
    country = serializers.CharField()
    why = TextSerializer()


class FindingSerializer(StrictSerializer):
    """What is said about the display name: an error has to be mended, a warning is judged by a reviewer."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    part = serializers.CharField(allow_blank=True, help_text="What of the name is meant.")
    sentences = TextSerializer(source="sentence")
    resembles = ResembledSerializer(many=True)


class SentReasonSerializer(StrictSerializer):
    """A coded reason, with its sentence as it was sent."""

    code = serializers.CharField()
    sentences = TextSerializer()


def _sent_reason(written: Question | Decision) -> dict[str, Any] | None:
    if not written.reason:
        return None
    return {"code": written.reason, "sentences": reasons.text_of(written).in_both()}


class QuestionSerializer(StrictSerializer):
    """What the reviewer asks: a coded reason, words of their own, or both."""

    id = serializers.CharField()
    field = serializers.SerializerMethodField(help_text="JSON pointer of the field that it is about.")
    reason = serializers.SerializerMethodField(
        help_text="null where the reviewer only wrote words of their own."
    )
    text = serializers.CharField(allow_blank=True, help_text="The reviewer's own words.")
    asked_at = MomentField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_field(self, question: Question) -> str | None:
        known = reasons.FIELDS.get(question.field)
        return known.pointer if known else None

    @extend_schema_field(SentReasonSerializer(allow_null=True))
    def get_reason(self, question: Question) -> dict[str, Any] | None:
        return _sent_reason(question)


class DecisionSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    tier = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(help_text="null for an approval.")
    message = serializers.CharField(allow_blank=True, help_text="The reviewer's words to the owner.")
    can_be_contested = serializers.SerializerMethodField(
        help_text="Only a decline, and only once: the answer to an objection is final."
    )
    took_effect_at = MomentField()

    @extend_schema_field(serializers.ChoiceField(choices=Tier.choices, allow_null=True))
    def get_tier(self, decision: Decision) -> str | None:
        return decision.tier or None

    @extend_schema_field(SentReasonSerializer(allow_null=True))
    def get_reason(self, decision: Decision) -> dict[str, Any] | None:
        return _sent_reason(decision)

    def get_can_be_contested(self, decision: Decision) -> bool:
        return decision.outcome == Outcome.DECLINE and not decision.application.contested


class EvidenceSerializer(StrictSerializer):
    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=EvidenceKind.choices, help_text="What it shows.")
    name = serializers.CharField(allow_blank=True)
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    uploaded_at = MomentField()


class ApplicationLineSerializer(StrictSerializer):
    """An application in a list."""

    id = serializers.CharField()
    account = serializers.CharField(source="account_id")
    kind = serializers.ChoiceField(choices=Kind.choices)
    status = serializers.SerializerMethodField(
        help_text="in_review from submission until a decision has taken effect, whatever happens inside."
    )
    display_name = serializers.CharField(allow_blank=True)
    number = serializers.SerializerMethodField(help_text="E.164; null where none is applied for yet.")
    created_at = MomentField()
    submitted_at = MomentField(allow_null=True)
    ended_at = MomentField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=list(dict.fromkeys(OWNER_STATUS.values()))))
    def get_status(self, application: Application) -> str:
        return OWNER_STATUS[application.status]

    @extend_schema_field(NumberField(allow_null=True))
    def get_number(self, application: Application) -> str | None:
        return application.number or None


class ApplicationSerializer(ApplicationLineSerializer):
    """One request about an account, and what is still missing."""

    reference = serializers.SerializerMethodField(
        help_text="What the owner tells on the phone; null before the first submission."
    )
    without_papers = serializers.BooleanField()
    trade_reference = serializers.SerializerMethodField()
    cohort = serializers.CharField(source="cohort_id", allow_null=True)
    category = serializers.ChoiceField(choices=Category.choices)
    website = WebAddressField()
    photo = WebAddressField()
    requirements = serializers.SerializerMethodField(
        help_text="What is still missing; empty once it has ended."
    )
    name_findings = serializers.SerializerMethodField(
        help_text="Judged anew at each reading; empty once the application has ended."
    )
    question = serializers.SerializerMethodField(help_text="The reviewer's, while it waits for an answer.")
    decision = serializers.SerializerMethodField(help_text="The one in effect.")
    contested = serializers.BooleanField()
    evidence = EvidenceSerializer(many=True, source="evidence.all")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reference(self, application: Application) -> str | None:
        return application.reference or None

    @extend_schema_field(TradeReferenceSerializer(allow_null=True))
    def get_trade_reference(self, application: Application) -> Any:
        reference = getattr(application, "trade_reference", None)
        return TradeReferenceSerializer(reference).data if reference else None

    @extend_schema_field(RequirementSerializer(many=True))
    def get_requirements(self, application: Application) -> Any:
        missing = verification.requirements(application) if application.status in OPEN else []
        return [
            {"code": one.code, "pointer": one.pointer, "blocks": one.blocks, "sentences": one.text.in_both()}
            for one in missing
        ]

    @extend_schema_field(FindingSerializer(many=True))
    def get_name_findings(self, application: Application) -> Any:
        return _name_findings(application) if application.status in OPEN else []

    @extend_schema_field(QuestionSerializer(allow_null=True))
    def get_question(self, application: Application) -> Any:
        if application.status != Status.NEEDS_INFORMATION:
            return None
        # It may have been answered since the application was read.
        question = application.questions.filter(answered_at=None).first()
        return QuestionSerializer(question).data if question else None

    @extend_schema_field(DecisionSerializer(allow_null=True))
    def get_decision(self, application: Application) -> Any:
        if application.status not in (Status.APPROVED, Status.DECLINED, Status.BARRED):
            return None
        return DecisionSerializer(
            application.decisions.exclude(took_effect_at=None).latest("took_effect_at")
        ).data


def _name_findings(application: Application) -> list[dict[str, Any]]:
    """What `names` says, and the names that this one resembles (DESIGN section 5)."""
    name = application.display_name
    said = [_finding(finding.rule, finding.part) for finding in names.findings(name)]
    if similar := lookalikes.of(name, besides=application.account, limit=MOST_RESEMBLED):
        resembles = [
            {"name": alike.name, "country": alike.country, "why": alike.why.in_both()} for alike in similar
        ]
        said.append(_finding(names.RULES["name_look_alike"], name, resembles))
    return said


def _finding(rule: names.Rule, part: str, resembles: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "code": rule.code,
        "severity": rule.severity,
        "part": part,
        "sentences": rule.sentence.in_both(),
        "resembles": resembles or [],
    }
