"""What a reviewer hears about their own decisions."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils.translation import override

from accounts.audit.models import Event
from accounts.errors import Forbidden
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.verification import news
from accounts.verification import services as verification
from accounts.verification.models import Decision
from tests.factories import let_undo_window_pass, make_claimed, owner_of
from tests.verification.deeds import approve, refused

pytestmark = pytest.mark.django_db


def overruled(author: User, by: User) -> Decision:
    application = approve(make_claimed(author), author, second_wished=True)
    verification.overrule(application, reason="The licence is another's.", by=by)
    return application.decisions.get()


def fell_back(author: User) -> Decision:
    application = approve(make_claimed(author), author)
    NumberProof.objects.filter(account=application.account_id).update(failed_at=application.created_at)
    let_undo_window_pass(application)
    verification.tick()
    return application.decisions.get()


def test_an_overruling_is_news_with_its_reason(rita: User, rudi: User) -> None:
    decision = overruled(rita, rudi)
    (told,) = news.for_reviewer(rita)
    assert (told, told.undone_by, told.why_undone) == (decision, rudi, "The licence is another's.")
    assert news.for_reviewer(rudi) == []


def test_without_an_address_the_news_is_on_the_desk_only(rita: User, rudi: User) -> None:
    overruled(rita, rudi)
    assert not Message.objects.filter(template="overruled").exists()
    assert len(news.for_reviewer(rita)) == 1


def test_a_decision_that_could_not_take_effect_is_news_with_the_sentence(rita: User) -> None:
    decision = fell_back(rita)
    (told,) = news.for_reviewer(rita)
    assert (told, told.undone_by) == (decision, None)
    with override("id"):
        assert "belum dibuktikan" in told.why_undone


def test_the_author_hears_that_the_second_reviewer_took_it_back(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita, second_wished=True)
    verification.second(application, by=rudi)
    verification.take_back(application, by=rudi)
    assert [told.undone_by for told in news.for_reviewer(rita)] == [rudi]


def test_what_one_took_back_oneself_is_no_news(rita: User) -> None:
    application = verification.take_back(approve(make_claimed(rita), rita), by=rita)
    assert news.for_reviewer(rita) == []
    assert application.decisions.get().told_at is not None  # it does not wait in the index either


def test_what_the_owner_withdrew_is_news(rita: User) -> None:
    application = approve(make_claimed(rita), rita, second_wished=True)
    verification.withdraw(application, by=owner_of(application.account))
    assert [told.undone_reason for told in news.for_reviewer(rita)] == ["withdrawn"]


def test_the_newest_comes_first_in_one_query(rita: User, rudi: User, django_assert_num_queries: Any) -> None:
    first, second = overruled(rita, rudi), fell_back(rita)
    Decision.objects.filter(pk=first.pk).update(undone_at=second.decided_at - timedelta(days=1))
    with django_assert_num_queries(1):
        told = [(one, one.application.display_name, str(one.undone_by)) for one in news.for_reviewer(rita)]
    assert told == [
        (second, second.application.display_name, "None"),
        (first, first.application.display_name, "Rudi"),
    ]


def test_taking_notice_ends_it_once(rita: User, rudi: User) -> None:
    decision = overruled(rita, rudi)
    refused("news_of_another", partial(news.acknowledge, decision, by=rudi), Forbidden)
    told_at = news.acknowledge(decision, by=rita).told_at
    assert told_at is not None
    assert news.for_reviewer(rita) == []
    assert news.acknowledge(decision, by=rita).told_at == told_at
    event = Event.objects.get(kind="decision.acknowledged")
    assert (event.by, event.on) == (rita.pk, decision.pk)


def test_there_is_nothing_to_take_notice_of_in_a_decision_that_stands(rita: User) -> None:
    decision = approve(make_claimed(rita), rita).decisions.get()
    refused("nothing_undone", partial(news.acknowledge, decision, by=rita))
