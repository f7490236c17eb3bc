"""The list of snapshots and deltas, for the OpenAPI document; `folders.index` writes it."""

from rest_framework import serializers

from accounts.clients.fields import MomentField
from accounts.clients.serializers import StrictSerializer


class CopySerializer(StrictSerializer):
    """What both have in common. Addresses are relative to that of the list."""

    id = serializers.CharField()
    seq = serializers.IntegerField(help_text="The journal's number that it goes up to.")
    as_of = MomentField()
    bytes = serializers.IntegerField(help_text="Of all its files.")
    manifest = serializers.CharField(help_text="Names its files, with SHA-256.")
    signed_manifest = serializers.CharField(help_text="The same as a compact JWS (RFC 7515).")


class SnapshotSerializer(CopySerializer):
    """All listed cards at one moment."""

    policy = serializers.CharField(help_text="The version of the display policy of its cards.")
    count = serializers.IntegerField(help_text="Listed cards.")


class DeltaSerializer(CopySerializer):
    """What leads from one snapshot to a newer one."""

    to = serializers.CharField(help_text="The snapshot that it leads to.")
    policy_changed = serializers.BooleanField(help_text="true: every card changed; take the snapshot's.")
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]  # of DRF's stubs
        """`from` is a word of Python's."""
        fields = super().get_fields()
        return {"from": serializers.CharField(help_text="The snapshot that it starts from."), **fields}


class IndexSerializer(StrictSerializer):
    """Newest first."""

    snapshots = SnapshotSerializer(many=True)
    deltas = DeltaSerializer(many=True)
