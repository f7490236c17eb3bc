import pytest
from django.test import Client

from accounts.onboarding.applying.beginning import begin
from accounts.people.models import User
from accounts.verification.models import Application
from tests.factories import make_cohort
from tests.owners import owner_browser


@pytest.fixture
def browser(ada: User) -> Client:
    return owner_browser(ada)


@pytest.fixture
def draft(ada: User) -> Application:
    """A form as it was begun, with nothing answered."""
    make_cohort()
    return begin(by=ada)
