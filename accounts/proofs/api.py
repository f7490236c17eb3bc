"""What the API says and reads of proofs. The calls stand with the application whose number is proven."""

from rest_framework import serializers

from accounts.clients.fields import MomentField
from accounts.clients.serializers import StrictSerializer
from accounts.messages.models import Channel
from accounts.proofs.models import ProofMethod


class WantedCodeSerializer(StrictSerializer):
    """How it is to be sent."""

    channel = serializers.ChoiceField(
        choices=[(Channel.SMS.value, "SMS"), (Channel.VOICE.value, "call")],
        default=Channel.SMS,
        help_text="`voice` rings the number and reads the code out, twice: the only way to a landline.",
    )


class SentCodeSerializer(StrictSerializer):
    """A code is on its way."""

    number = serializers.CharField(help_text="E.164: where it went.")
    channel = serializers.ChoiceField(choices=[(Channel.SMS.value, "SMS"), (Channel.VOICE.value, "call")])
    expires_at = MomentField()


class CodeSerializer(StrictSerializer):
    code = serializers.RegexField(r"^[0-9]{6}\Z", trim_whitespace=False, help_text="The six digits.")


class NumberProofSerializer(StrictSerializer):
    id = serializers.CharField()
    number = serializers.CharField(help_text="E.164")
    method = serializers.ChoiceField(choices=ProofMethod.choices)
    proven_at = MomentField()
