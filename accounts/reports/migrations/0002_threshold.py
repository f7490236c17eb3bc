"""The one row that says when reports make a case."""

from django.db import migrations


def make(apps, schema_editor):
    apps.get_model("reports", "Threshold").objects.create()


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
