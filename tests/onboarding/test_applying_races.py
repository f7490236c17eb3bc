"""Two taps, two tabs, two phones at the same moment: real threads on real connections."""

import io
from typing import Any

from PIL import Image

from accounts.businesses.models import Account, Business
from accounts.onboarding.applying import answering, form_of_questions
from accounts.onboarding.applying.beginning import begin
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.proof_questions import add_photo, take_photo_back
from accounts.onboarding.models import Progress
from accounts.people.models import User
from accounts.verification import evidence, photos
from accounts.verification import services as verification
from accounts.verification.models import Application, Evidence, Photo, Status
from tests.factories import make_cohort, make_draft, owner_of, uploaded
from tests.onboarding.test_photo import picture
from tests.racing import outcomes, race


def test_two_tabs_begin_one_form(committed: None, ada: User) -> None:
    """Without the lock of the person's row, each of them finds nothing begun, and begins."""
    make_cohort()
    assert race(*[lambda: begin(by=ada)] * 6) == ["done"] * 6
    assert (Business.objects.count(), Account.objects.count(), Application.objects.count()) == (1, 1, 1)


def test_two_taps_on_send_are_one_submission(committed: None, ada: User) -> None:
    """Without the lock of the application, both find a draft and give it two references."""
    draft = make_draft()
    owner = owner_of(draft.account)
    results = race(*[lambda: verification.submit(draft, by=owner)] * 4)
    assert outcomes(results) == {"done": 1, "wrong_status": 3}
    draft.refresh_from_db()
    assert draft.status == Status.SUBMITTED and len(draft.reference) == 9


def test_two_answers_to_one_question_are_not_written_over_each_other(committed: None, ada: User) -> None:
    """Without the lock, both are taken, and whoever came first does not learn of it."""
    make_cohort()
    draft = begin(by=ada)
    question = form_of_questions.BY_SLUG["legal-name"]
    was = answering.mark({"legal_name": ""})

    def answer(name: str) -> Any:
        return lambda: answering.answer(draft, question, {"legal_name": name}, was=was, by=ada)

    assert outcomes(race(answer("CV Maju"), answer("CV Mundur"), answer("CV Diam"))) == {
        "changed_elsewhere": 2,
        "done": 1,
    }


def test_answers_to_different_questions_are_all_kept(committed: None, ada: User) -> None:
    """Without the lock of the application, one note of the progress takes the other's away."""
    make_cohort()
    draft = begin(by=ada)
    given: dict[str, dict[str, Any]] = {
        "kind": {"kind": "company"},
        "legal-name": {"legal_name": "CV Maju"},
        "name": {"display_name": "Warung Melati"},
        "about": {"about": "Soto"},
        "category": {"category": "food"},
        "website": {"website": "https://melati.example"},
    }

    def answer(slug: str) -> Any:
        question = form_of_questions.BY_SLUG[slug]
        was = answering.mark(question.kept(Draft(draft)))
        return lambda: answering.answer(draft, question, given[slug], was=was, by=ada)

    assert race(*[answer(slug) for slug in given]) == ["done"] * len(given)
    assert Progress.objects.get().answered == sorted(given)


def test_two_uploads_at_once_leave_one_that_is_there(committed: None, ada: User) -> None:
    """Those that come to nothing are forgotten. (Without the lock of the account, the application's row, which each
    of them writes, still makes them wait for each other.)"""
    make_cohort()
    draft = begin(by=ada)
    files = [coloured(number) for number in range(6)]
    results = race(*[lambda file=file: add_photo(draft, file, by=ada) for file in files])
    draft.refresh_from_db()
    assert results == ["done"] * 6
    kept = Photo.objects.get()
    assert photos.address(kept) == draft.photo and photos.content_of(kept)


def coloured(number: int) -> Any:
    content = io.BytesIO()
    Image.new("RGB", (300, 300), (40 * number, 0, 0)).save(content, "PNG")
    return uploaded("shop.png", content.getvalue())


def test_taking_back_and_adding_the_same_at_once(committed: None, ada: User) -> None:
    """The file of a photo that is forgotten is not deleted under somebody who adds it again."""
    make_cohort()
    draft = begin(by=ada)
    add_photo(draft, picture(), by=ada)
    race(lambda: take_photo_back(draft, by=ada), lambda: add_photo(draft, picture(), by=ada))
    draft.refresh_from_db()
    for kept in Photo.objects.all():
        assert photos.address(kept) == draft.photo and photos.content_of(kept)


def test_one_file_sent_twice_at_once_is_there_once(committed: None, ada: User) -> None:
    """Without the lock, the second one breaks the constraint that says so."""
    make_cohort()
    draft = begin(by=ada)
    assert race(*[lambda: evidence.add(draft, file=uploaded(), kind="tax", by=ada)] * 4) == ["done"] * 4
    assert Evidence.objects.get().kind == "tax"


def test_more_files_than_may_be_at_once(committed: None, ada: User) -> None:
    """Without the lock, each of them counts the nineteen that are there, and adds another one."""
    make_cohort()
    draft = begin(by=ada)
    for number in range(evidence.MOST_FILES - 1):
        evidence.add(draft, file=uploaded(content=b"%PDF-1.4\n" + b"%d" % number + b"\n%%EOF"), by=ada)

    def add(number: int) -> Any:
        return lambda: evidence.add(
            draft, file=uploaded(content=b"%PDF-1.4\nx" + b"%d" % number + b"\n%%EOF"), by=ada
        )

    assert outcomes(race(*[add(number) for number in range(4)])) == {"done": 1, "evidence_too_many": 3}
