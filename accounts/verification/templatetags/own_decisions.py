"""What a reviewer is told on every page of the workbench about decisions of their own."""

from django import template
from django.db.models.functions import Now

from accounts.people.models import User
from accounts.verification import news
from accounts.verification.models import Application, Decision

register = template.Library()


@register.simple_tag
def undoable_by(person: User, *, besides: Application | str | None = None) -> Decision | None:
    """The latest decision that `person` can still take back; not the one on the page of `besides` itself."""
    waiting = Decision.objects.undoable(person, Now())
    if isinstance(besides, Application):
        waiting = waiting.exclude(application=besides)
    return waiting.select_related("application").order_by("-effective_at").first()


@register.simple_tag
def own_news(person: User) -> list[Decision]:
    """Decisions of `person` that somebody else undid, as long as they were not taken notice of."""
    return news.for_reviewer(person)
