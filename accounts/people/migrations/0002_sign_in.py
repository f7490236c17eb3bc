from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_is_temporary",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="password is temporary"
            ),
        ),
        migrations.CreateModel(
            name="Guesses",
            fields=[
                (
                    "key",
                    models.CharField(
                        help_text="A keyed hash: no name, no address.",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "guesses"},
        ),
    ]
