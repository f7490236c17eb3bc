"""What `manage.py cards status` tells who is woken at night."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.cardstore import building, following
from tests.cardstore.stepwise import let_go
from tests.factories import make_approved

pytestmark = pytest.mark.usefixtures("committed", "no_undo_window")


def test_where_no_follower_has_run_it_says_what_to_do() -> None:
    with pytest.raises(
        CommandError, match=r"no follower has ever run here .*: start `make run`, or set VAR_DIR"
    ):
        call_command("cards", "status")


def test_an_age_stands_beside_what_it_means(stepwise: following.Follower) -> None:
    make_approved()
    building.build()
    stepwise.look()
    let_go(stepwise)
    said = StringIO()
    call_command("cards", "status", stdout=said)
    assert "Cards:        1\n" in said.getvalue()
    assert "Past an age of 10 s" in said.getvalue() and "past 3600 s" in said.getvalue()
