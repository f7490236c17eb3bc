"""What only the owners' pages need to remember."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.verification.models import Application


class Progress(models.Model):
    """Which questions of the form somebody has been through, also those answered with nothing."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="progress"
    )
    answered = ArrayField(models.CharField(max_length=20), default=list)

    def __str__(self) -> str:
        return self.application_id
