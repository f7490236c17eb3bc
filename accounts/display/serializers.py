"""The shapes of requests and answers: what is asked is checked with them, what is answered is described."""

from typing import Any

from rest_framework import serializers

from accounts.badges.api import ActionsSerializer, ChatSerializer, MarkSerializer, TextSerializer
from accounts.badges.models import Tier
from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.clients.serializers import StrictSerializer, refusal
from accounts.errors import Problem

LOOKUP_LIMIT = 1_000  # numbers at once: an address book


class CardBusinessSerializer(StrictSerializer):
    id = serializers.CharField()
    legal_name = serializers.CharField(
        allow_null=True, help_text="null for a sole trader: it is a person's name"
    )


class CardAccountSerializer(StrictSerializer):
    id = serializers.CharField()
    display_name = serializers.CharField(max_length=75)
    category = serializers.ChoiceField(choices=Category.choices)
    country = serializers.CharField(help_text="ISO 3166-1, two letters.")
    about = serializers.CharField(max_length=ABOUT_LIMIT, allow_blank=True)
    photo = serializers.URLField(allow_null=True)
    website = serializers.URLField(allow_null=True)
    contact_purposes = serializers.ListField(
        child=serializers.ChoiceField(choices=ContactPurpose.choices),
        help_text="What the account writes about (R8).",
    )
    business = CardBusinessSerializer()


class CardBadgeSerializer(StrictSerializer):
    id = serializers.CharField()
    verified_by = serializers.CharField()
    methods = serializers.ListField(child=serializers.CharField())
    issued_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class ReasonSerializer(TextSerializer):
    code = serializers.CharField()


class AbsenceSerializer(StrictSerializer):
    """Why there is no badge any more."""

    state = serializers.ChoiceField(choices=["expired", "suspended", "revoked"])
    since = serializers.DateTimeField()
    reason = ReasonSerializer(allow_null=True)


class SavedSerializer(StrictSerializer):
    """Of a number that the user saved: the phone-book name wins (R2)."""

    title = serializers.ChoiceField(choices=["saved_name"])
    subtitle = serializers.ChoiceField(choices=["display_name", "number"])


class UnsavedSerializer(StrictSerializer):
    """Of a number that the user did not save."""

    title = serializers.ChoiceField(choices=["display_name", "number"])
    subtitle = serializers.ChoiceField(choices=["number"], allow_null=True)


class DisplaySerializer(StrictSerializer):
    saved = SavedSerializer()
    unsaved = UnsavedSerializer()
    chat = ChatSerializer()
    actions = ActionsSerializer()


class CardSerializer(StrictSerializer):
    """All that a client needs to draw a contact."""

    number = serializers.CharField(help_text="E.164, with +")
    listed = serializers.BooleanField(help_text="false: the registry says nothing about this number")
    tier = serializers.ChoiceField(choices=Tier.choices, allow_null=True)
    account = CardAccountSerializer(allow_null=True)
    mark = MarkSerializer(allow_null=True)
    badge = CardBadgeSerializer(allow_null=True)
    absence = AbsenceSerializer(allow_null=True)
    display = DisplaySerializer()
    policy = serializers.CharField(
        help_text="The version of the display policy that the card was drawn with."
    )
    version = serializers.IntegerField(
        help_text="The journal's number of the card's last change; 0 when not listed."
    )
    offline_grace = serializers.IntegerField(help_text="Seconds that a client may go on with its copy.")


class LookupSerializer(StrictSerializer):
    numbers = serializers.ListField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False, help_text="E.164, with +"),
        max_length=LOOKUP_LIMIT,
    )

    def to_internal_value(self, data: Any) -> Any:
        numbers = data.get("numbers") if isinstance(data, dict) else None
        if isinstance(numbers, list) and len(numbers) > LOOKUP_LIMIT:
            raise refusal([Problem("too_many_numbers", "/numbers", {"limit": LOOKUP_LIMIT})])
        return super().to_internal_value(data)


class MisspeltSerializer(StrictSerializer):
    number = serializers.CharField(allow_blank=True, help_text="as it was sent")
    code = serializers.ChoiceField(choices=["number_not_e164", "number_not_canonical"])
    canonical = serializers.CharField(
        allow_null=True, help_text="the number in E.164 form, where only one can be meant"
    )


class FoundSerializer(StrictSerializer):
    cards = CardSerializer(many=True)
    not_listed = serializers.ListField(child=serializers.CharField())
    invalid = MisspeltSerializer(many=True)


class ChangeSerializer(StrictSerializer):
    """The numbers whose cards changed, or the version of a new display policy: that changes every card."""

    seq = serializers.IntegerField()
    numbers = serializers.ListField(child=serializers.CharField(), required=False)
    policy = serializers.CharField(required=False)


class ChangesSerializer(StrictSerializer):
    changes = ChangeSerializer(many=True)
    next = serializers.IntegerField(help_text="`after` of the next call.")
    more = serializers.BooleanField(help_text="false: nothing newer yet; call again later")
