import django.db.models.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_languages")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                django.db.models.functions.Upper("email"),
                condition=models.Q(("role", ""), _negated=True),
                name="staff_by_address",
            ),
        ),
    ]
