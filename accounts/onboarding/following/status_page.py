"""One page that says how an application stands, what was said about it, and what its owner can do now."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.businesses.models import MemberRole
from accounts.onboarding.following import asking
from accounts.onboarding.following.conversation import NEWEST, conversation
from accounts.onboarding.following.drawing import draw
from accounts.onboarding.following.missing import missing, page_of
from accounts.onboarding.following.waiting import wait_of
from accounts.onboarding.following.words import kind_word, status_word, tag_of
from accounts.onboarding.pages import ApplicationPage
from accounts.verification import reasons
from accounts.verification.models import UNDER_REVIEW, Application, Kind, Question, Status
from accounts.verification.serializers import IN_REVIEW, OWNER_STATUS

ALL = "all"  # the parameter that asks for the whole conversation


def open_question(application: Application) -> Question | None:
    """The reviewer's, while it waits for an answer: what the owner's API shows."""
    if application.status != Status.NEEDS_INFORMATION:
        return None
    return application.questions.filter(answered_at=None).first()


def apply_again_from(application: Application) -> datetime | None:
    """When the same can be asked for again, after a decline."""
    if application.status != Status.DECLINED or application.ended_at is None:
        return None
    return application.ended_at + settings.COOL_DOWN


class StatusPage(ApplicationPage):
    http_method_names = ["get", "head", "options"]
    template_name = "onboarding/status.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.application.status == Status.DRAFT:
            return HttpResponseRedirect(reverse("task_list", kwargs=kwargs))
        return self.show()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        application = self.application
        said = conversation(application)
        asked = open_question(application)
        shown = said if ALL in self.request.GET else said[-NEWEST:]
        field = reasons.FIELDS.get(asked.field) if asked else None
        return super().get_context_data(
            application=application,
            kind=kind_word(application),
            status=status_word(application),
            tag=tag_of(application),
            is_in_review=OWNER_STATUS[application.status] == IN_REVIEW,
            wait=wait_of(application),
            missing=missing(application),
            question=asked,
            asked=reasons.asked(asked) if asked else "",
            look_at=page_of(application, field.pointer) if field else "",
            said=shown,
            has_earlier=len(shown) < len(said),
            can_change=self.role is not None and self.role.covers(MemberRole.MANAGER),
            **self._steps(),
            **context,
        )

    def _steps(self) -> dict[str, Any]:
        """What can be done now. A decision that may still be undone changes nothing of it."""
        application = self.application
        again = apply_again_from(application)
        declined = application.status == Status.DECLINED
        came_to_nothing = application.status in asking.CAME_TO_NOTHING and application.kind == Kind.NEW
        return {
            "can_withdraw": application.status in (*UNDER_REVIEW, Status.NEEDS_INFORMATION),
            "can_contest": declined and not application.contested and application.account.closed_at is None,
            "can_apply_again": came_to_nothing and application.account.number is None,
            "again_from": again,
            # As it is now: what was approved then may have been taken away since.
            "drawing": draw(application.account_id) if application.status == Status.APPROVED else None,
            "days_to_answer": settings.LAPSE_AFTER.days,
        }
