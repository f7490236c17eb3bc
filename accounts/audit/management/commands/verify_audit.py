"""`manage.py verify_audit`: is the journal what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.chain import breaks
from accounts.audit.models import Event


class Command(BaseCommand):
    help = "Walk the journal's chain and say where it breaks. Exit code 1 when it does."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(breaks())
        for seq, what in found:
            self.stderr.write(f"event {seq}: {what}")
        if found:
            raise CommandError(f"the journal breaks in {len(found)} places")
        head = Event.objects.order_by("-seq").first()
        if head is None:
            self.stdout.write("the journal is empty")
        else:
            self.stdout.write(f"{head.seq} events, whole; head {bytes(head.digest).hex()}")
