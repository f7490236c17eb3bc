"""Keys of protected names get an index of their own, so that no crowd of ordinary ones hides them."""

from django.db import migrations, models
from django.db.models import Q

GUARD = """
UPDATE businesses_namekey k SET guarded = true
WHERE k.protected_name_id IS NOT NULL
   OR k.account_id IN (SELECT id FROM businesses_account WHERE name_protected)
"""


class Migration(migrations.Migration):
    dependencies = [("businesses", "0002_directory_indexes")]

    operations = [
        migrations.RemoveConstraint("namekey", "a_name_key_has_one_owner"),
        migrations.RemoveIndex("namekey", "name_keys"),
        migrations.AddField("namekey", "guarded", models.BooleanField(default=False)),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.AddIndex(
            "namekey",
            models.Index(fields=["key"], include=["account"], condition=Q(guarded=False), name="name_keys"),
        ),
        migrations.AddIndex(
            "namekey", models.Index(fields=["key"], condition=Q(guarded=True), name="guarded_name_keys")
        ),
        migrations.AddConstraint(
            "namekey",
            models.CheckConstraint(
                condition=Q(account__isnull=False, protected_name__isnull=True)
                | Q(account__isnull=True, protected_name__isnull=False, guarded=True),
                name="a_name_key_has_one_owner",
            ),
        ),
    ]
