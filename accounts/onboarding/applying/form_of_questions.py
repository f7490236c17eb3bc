"""The form: its questions in order, and which of them a draft is asked."""

from accounts.onboarding.applying import account_questions as account
from accounts.onboarding.applying import business_questions as business
from accounts.onboarding.applying import proof_questions as proof
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.questions import Question

QUESTIONS: tuple[Question, ...] = (
    business.KindQuestion(),
    business.LegalNameQuestion(),
    business.RegistrationQuestion(),
    account.NameQuestion(),
    account.NumberQuestion(),
    business.CountryQuestion(),
    account.CategoryQuestion(),
    account.PurposesQuestion(),
    account.AboutQuestion(),
    account.WebsiteQuestion(),
    proof.PhotoQuestion(),
    proof.EvidenceQuestion(),
    proof.PlaceQuestion(),
    proof.ReferenceQuestion(),
)
BY_SLUG = {question.slug: question for question in QUESTIONS}
# The one table of what is said about a field, in requirements, refusals and reviewers' questions: where it is mended.
BY_POINTER = {pointer: question for question in QUESTIONS for pointer in question.pointers}


def asked(draft: Draft) -> list[Question]:
    return [question for question in QUESTIONS if question.is_asked(draft)]


def asked_about(draft: Draft, pointer: str) -> Question | None:
    """Where a field is mended in this draft: a photo of the place, where evidence is meant and there are no papers."""
    return next(
        (
            question
            for question in QUESTIONS
            if any(one == pointer or one.startswith(f"{pointer}/") for one in question.pointers)
            and question.is_asked(draft)
        ),
        None,
    )


def unanswered(draft: Draft) -> list[Question]:
    """What the form does not go without, whatever the requirements say: a kind and a category have to be chosen."""
    return [
        question for question in asked(draft) if not question.optional and not question.is_answered(draft)
    ]


def following(draft: Draft, question: Question) -> Question | None:
    """The next one, answered or not; None after the last."""
    after = asked(draft)[_place(draft, question) + 1 :]
    return after[0] if after else None


def to_do_after(draft: Draft, question: Question) -> Question | None:
    """The next one that nobody has been through."""
    after = asked(draft)[_place(draft, question) + 1 :]
    return next((one for one in after if not one.is_answered(draft)), None)


def before(draft: Draft, question: Question) -> Question | None:
    place = _place(draft, question)
    return asked(draft)[place - 1] if place > 0 else None


def _place(draft: Draft, question: Question) -> int:
    return next((place for place, one in enumerate(asked(draft)) if one is question), -1)
