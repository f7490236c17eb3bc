"""What the form asks, one page a question: the parts that every question has."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.forms import OwnerForm
from accounts.people.models import User
from accounts.verification.models import Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LATER_TOO = (
    Kind.NEW,
    Kind.RENEWAL,
    Kind.NAME_CHANGE,
    Kind.NUMBER_CHANGE,
    Kind.PROFILE_CHANGE,
    Kind.REINSTATEMENT,
)


class Question:
    """`label` names it in lists, `title` asks it, `why` helps. `pointers`: the requirements that it mends."""

    slug: ClassVar[str]
    label: ClassVar["StrOrPromise"]
    title: ClassVar["StrOrPromise"]
    why: ClassVar["StrOrPromise"] = ""
    form_class: ClassVar[type[OwnerForm]]
    template_name: ClassVar[str] = "onboarding/question.html"
    button: ClassVar["StrOrPromise"] = _("Save and go on")
    pointers: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.NEW,)
    optional: ClassVar[bool] = False
    of_the_business: ClassVar[bool] = False

    def is_asked(self, draft: Draft) -> bool:
        return draft.application.kind in self.kinds

    def given(self, draft: Draft) -> dict[str, Any]:
        """The answer as it stands, as the form's fields hold it."""
        raise NotImplementedError

    def kept(self, draft: Draft) -> dict[str, Any]:
        """What is stored, also before anybody was asked: what another tab may have changed."""
        return self.given(draft)

    def form_arguments(self, draft: Draft) -> dict[str, Any]:
        return {}

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        """Under the lock of the application. May raise what the services refuse."""
        raise NotImplementedError

    def is_answered(self, draft: Draft) -> bool:
        """Being passed over answers what is optional."""
        return any(self.given(draft).values()) or (self.optional and self.slug in draft.answered)

    def lines(self, draft: Draft) -> list["StrOrPromise"]:
        """The answer as it is read back; nothing where there is none."""
        return [value for value in self.given(draft).values() if value]
