import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="requests_per_minute",
            field=models.IntegerField(
                blank=True,
                help_text="On each machine. Empty: as many as this registry grants every key.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="requests a minute",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="numbers_per_day",
            field=models.IntegerField(
                blank=True,
                help_text="From midnight to midnight UTC, on each machine. Empty: as this registry grants every key.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="numbers a day",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("requests_per_minute", None), ("requests_per_minute__gte", 1), _connector="OR"
                ),
                name="a_key_has_requests_a_minute",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("numbers_per_day", None), ("numbers_per_day__gte", 1), _connector="OR"),
                name="a_key_has_numbers_a_day",
            ),
        ),
        # The database gives each key its slot, the keys that are there already and those of the release still running
        # too. A default of nextval() is evaluated for each row.
        migrations.RunSQL(
            "CREATE SEQUENCE clients_apikey_slot AS integer", "DROP SEQUENCE clients_apikey_slot"
        ),
        migrations.AddField(
            model_name="apikey",
            name="slot",
            field=models.IntegerField(
                db_default=models.Func(models.Value("clients_apikey_slot"), function="nextval"),
                editable=False,
                unique=True,
            ),
        ),
        migrations.RunSQL(
            "ALTER SEQUENCE clients_apikey_slot OWNED BY clients_apikey.slot",
            "ALTER SEQUENCE clients_apikey_slot OWNED BY NONE",
        ),
    ]
