"""The policy that the registry starts with, so that no card is ever drawn without one."""

from django.db import migrations

VERSION = "pilot-2017.1"
PLAIN = {"message_colour": "plain", "notice_colour": "plain", "messages_deletable": True}
YELLOW = {"message_colour": "yellow", "notice_colour": "yellow", "messages_deletable": False}
TIERS = {
    "verified": {
        "mark": {
            "symbol": "pin",
            "colour": "green",
            "position": "beside_photo",
            "label": {"id": "Bisnis terverifikasi", "en": "Verified business"},
        },
        "chat": YELLOW,
    },
    "confirmed": {
        "mark": {
            "symbol": "tick",
            "colour": "grey",
            "position": "beside_name",
            "label": {"id": "Nomor terkonfirmasi", "en": "Confirmed number"},
        },
        "chat": PLAIN,
    },
}


def publish(apps, schema_editor):
    apps.get_model("badges", "DisplayPolicy").objects.create(version=VERSION, tiers=TIERS)


def unpublish(apps, schema_editor):
    apps.get_model("badges", "DisplayPolicy").objects.filter(version=VERSION).delete()


# A policy that was published is never changed.
RIGHTS = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry_web') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON badges_displaypolicy FROM registry_web;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("badges", "0001_initial")]
    operations = [
        migrations.RunPython(publish, unpublish),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
