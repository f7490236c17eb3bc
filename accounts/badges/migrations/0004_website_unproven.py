from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("badges", "0003_bulk"),
    ]

    operations = [
        migrations.AlterField(
            model_name="badge",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("number_unproven", "The number is no longer proven to be this business's."),
                    ("website_unproven", "The website is no longer proven to be this business's."),
                    ("impersonation", "It imitates another business."),
                    ("fraud", "Reported for fraud, and confirmed."),
                    ("spam", "It sends messages nobody asked for."),
                    ("false_statements", "What it told the registry is not true."),
                    ("under_investigation", "It is being looked into."),
                    ("business_closed", "The business has closed."),
                    ("owner_request", "At the owner's request."),
                    ("barred", "The registry no longer admits this business."),
                ],
                max_length=40,
                verbose_name="reason",
            ),
        ),
        migrations.AlterField(
            model_name="bulksuspension",
            name="reason",
            field=models.CharField(
                choices=[
                    ("number_unproven", "The number is no longer proven to be this business's."),
                    ("website_unproven", "The website is no longer proven to be this business's."),
                    ("impersonation", "It imitates another business."),
                    ("fraud", "Reported for fraud, and confirmed."),
                    ("spam", "It sends messages nobody asked for."),
                    ("false_statements", "What it told the registry is not true."),
                    ("under_investigation", "It is being looked into."),
                    ("business_closed", "The business has closed."),
                    ("owner_request", "At the owner's request."),
                    ("barred", "The registry no longer admits this business."),
                ],
                max_length=40,
                verbose_name="reason",
            ),
        ),
    ]
