import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import accounts.ids
import accounts.people.languages


class Migration(migrations.Migration):
    dependencies = [("status", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", accounts.ids.IdField(prefix="wsh", serialize=False)),
                ("address", models.CharField(max_length=254)),
                ("language", models.CharField(choices=accounts.people.languages.choices, max_length=8)),
                ("digest", models.BinaryField(max_length=32)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["asked_at"], name="wishes_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("address",), name="one_wish_per_address"),
                    models.UniqueConstraint(fields=("digest",), name="one_wish_per_link"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscriber",
            fields=[
                ("id", accounts.ids.IdField(prefix="sub", serialize=False)),
                ("address", models.CharField(max_length=254)),
                ("language", models.CharField(choices=accounts.people.languages.choices, max_length=8)),
                ("confirmed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "subscriber",
                "verbose_name_plural": "subscribers",
                "constraints": [
                    models.UniqueConstraint(fields=("address",), name="one_subscriber_per_address")
                ],
            },
        ),
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", accounts.ids.IdField(prefix="tel", serialize=False)),
                (
                    "updates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        help_text="Their ids, from the oldest on.",
                        size=None,
                    ),
                ),
                ("written_at", models.DateTimeField(help_text="Who subscribed later is not told.")),
                (
                    "reached",
                    models.CharField(blank=True, help_text="The last subscriber it went to.", max_length=30),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="status.incident"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)), fields=["id"], name="tellings_open"
                    )
                ],
            },
        ),
    ]
