"""The pages about the people of a business: what owners do there, and what others see."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.businesses import members
from accounts.businesses.models import Business, MemberRole, Membership
from accounts.messages.models import Message
from accounts.people.models import User
from tests.factories import make_business, make_owner
from tests.onboarding.signing import ask, browser, give, sent_code
from tests.owners import owner_browser

OWNER, MANAGER, VIEWER = MemberRole.OWNER, MemberRole.MANAGER, MemberRole.VIEWER
JOINING = "/my/joining/"


@pytest.fixture
def bakery(ada: User) -> Business:
    return make_business(ada, legal_name="CV Roti Ada")


@pytest.fixture
def mark(bakery: Business) -> User:
    return join(bakery, MANAGER, "Mark")


def join(business: Business, role: MemberRole, name: str) -> User:
    person = make_owner(name, f"{name}@owner.example")
    Membership.objects.create(business=business, person=person, role=role)
    return person


def page_of(business: Business, page: str = "") -> str:
    return f"/my/businesses/{business.pk}/people/{page}"


def read(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_invitation_to_the_first_look_and_out_again(bakery: Business, ada: User) -> None:
    """A number that nobody is known by, written as people write it; the message leads to signing in, and back."""
    here = owner_browser(ada)
    answer = here.post(page_of(bakery, "invite/"), {"contact": "0812-3456-7890", "role": "viewer"})
    assert answer["Location"] == page_of(bakery)
    assert "We have written to +62 812-3456-7890." in read(here, page_of(bakery))
    assert "+62 812-3456-7890" in read(here, page_of(bakery))
    assert f"{JOINING}" in Message.objects.get().body

    there = browser()
    sign_in = there.get(JOINING)["Location"]
    assert sign_in == "/sign-in/?next=%2Fmy%2Fjoining%2F"
    ask(there, "+62 812 3456 7890", JOINING)
    assert give(there, sent_code())["Location"] == JOINING
    siti = User.objects.get(phone="+6281234567890")
    there = owner_browser(siti)
    page = read(there, JOINING)
    assert "CV Roti Ada" in page and "Invited by: <bdi>Ada</bdi>" in page and "You would be: viewer" in page
    offer = bakery.member_invitations.get()
    assert there.post(JOINING, {"offer": offer.pk, "accept": ""})["Location"] == page_of(bakery)
    assert members.role_of(siti, bakery) == VIEWER
    assert "ada@owner.example" not in read(there, page_of(bakery))
    assert there.post(page_of(bakery, "leave/"))["Location"] == "/my/"
    assert there.get(page_of(bakery)).status_code == 404


def test_who_declines_belongs_to_nothing(bakery: Business, ada: User) -> None:
    budi = make_owner("Budi", "budi@owner.example")
    offer = members.invite(bakery, "budi@owner.example", role=MANAGER, by=ada)
    client = owner_browser(budi)
    assert client.post(JOINING, {"offer": offer.pk, "decline": ""})["Location"] == JOINING
    page = read(client, JOINING)
    assert "You have declined." in page and "Nothing waits for you" in page
    client.post(JOINING, {"offer": offer.pk, "accept": ""})
    assert "This invitation is over" in read(client, JOINING)
    assert members.role_of(budi, bakery) is None


def test_nobody_answers_what_is_somebody_elses(bakery: Business, ada: User, mallory: User) -> None:
    offer = members.invite(bakery, "budi@owner.example", role=OWNER, by=ada)
    client = owner_browser(mallory)
    assert "CV Roti Ada" not in read(client, JOINING)
    for offered in (offer.pk, "mbi_0", "", "\x00"):
        client.post(JOINING, {"offer": offered, "accept": ""})
        assert "This invitation is over" in read(client, JOINING)
    assert members.role_of(mallory, bakery) is None


def test_an_owner_changes_and_removes(bakery: Business, ada: User, mark: User) -> None:
    client = owner_browser(ada)
    assert " checked" in read(client, page_of(bakery, f"role/?who={mark.pk}"))
    client.post(page_of(bakery, "role/"), {"who": mark.pk, "role": "viewer"})
    assert members.role_of(mark, bakery) == VIEWER
    client.post(page_of(bakery, "remove/"), {"who": mark.pk})
    assert members.role_of(mark, bakery) is None
    assert client.post(page_of(bakery, "remove/"), {"who": mark.pk}).status_code == 422  # tapped twice


def test_handing_over_page_by_page(bakery: Business, ada: User, mark: User) -> None:
    here, there = owner_browser(ada), owner_browser(mark)
    here.post(page_of(bakery, "hand-over/"), {"who": mark.pk})
    assert "You stay the owner until they accept" in read(here, page_of(bakery))
    assert f'href="{JOINING}"' in read(there, "/my/")
    page = read(there, JOINING)
    assert "The business is to be handed over to you" in page
    there.post(JOINING, {"offer": bakery.member_invitations.get().pk, "accept": ""})
    assert (members.role_of(mark, bakery), members.role_of(ada, bakery)) == (OWNER, MANAGER)
    assert here.get(page_of(bakery, "invite/")).status_code == 403


@pytest.mark.parametrize("page", ["leave/", "step-back/"])
def test_the_last_owner_hears_what_to_do_first(bakery: Business, ada: User, page: str) -> None:
    answer = owner_browser(ada).post(page_of(bakery, page))
    assert answer.status_code == 422
    assert "Hand it over to somebody else first" in answer.content.decode()


def test_an_owner_steps_back_where_there_is_another(bakery: Business, ada: User) -> None:
    join(bakery, OWNER, "Oki")
    client = owner_browser(ada)
    client.post(page_of(bakery, "step-back/"))
    assert "You are a manager now." in read(client, page_of(bakery))
    assert members.role_of(ada, bakery) == MANAGER


@pytest.mark.parametrize("page", ["role/", "remove/", "hand-over/"])
@pytest.mark.parametrize("who", ["", "usr_0", "\x00", "mallory", "ada"])
def test_nobody_else_can_be_chosen(
    bakery: Business, ada: User, mark: User, mallory: User, page: str, who: str
) -> None:
    person = {"mallory": mallory.pk, "ada": ada.pk}.get(who, who)
    client = owner_browser(ada)
    assert " checked" not in client.get(page_of(bakery, page), {"who": person}).content.decode()
    assert client.post(page_of(bakery, page), {"who": person, "role": "viewer"}).status_code == 422
    assert Membership.objects.count() == 2
    assert not bakery.member_invitations.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"contact": "", "role": "viewer"}, "Write your phone number or your e-mail address."),
        ({"contact": "mark", "role": "viewer"}, "cannot be used"),
        ({"contact": "Mark@owner.example", "role": "viewer"}, "This person is a member already."),
        ({"contact": "new@owner.example", "role": "boss"}, "boss"),
        ({"contact": "new@owner.example"}, "id_role_0"),
    ],
)
def test_an_invitation_that_cant_be_sent_is_shown_again(
    bakery: Business, ada: User, mark: User, typed: dict[str, str], sentence: str
) -> None:
    answer = owner_browser(ada).post(page_of(bakery, "invite/"), typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("can&#x27;t", "cannot").replace("can't", "cannot")
    assert not Message.objects.exists()


def test_what_is_taken_back_is_gone_from_both_pages(bakery: Business, ada: User) -> None:
    offer = members.invite(bakery, "budi@owner.example", role=VIEWER, by=ada)
    client = owner_browser(ada)
    for said in ("The invitation is taken back.", "This invitation is over"):
        client.post(page_of(bakery, "take-back/"), {"offer": offer.pk})
        assert said in read(client, page_of(bakery))
    assert "budi@owner.example" not in read(client, page_of(bakery))
    assert "CV Roti Ada" not in read(owner_browser(make_owner("Budi", "budi@owner.example")), JOINING)


def test_contacts_are_for_owners_eyes(bakery: Business, ada: User, mark: User) -> None:
    assert "Mark@owner.example".casefold() in read(owner_browser(ada), page_of(bakery)).casefold()
    page = read(owner_browser(mark), page_of(bakery))
    assert "owner.example" not in page
    assert "Remove" not in page and "invite/" not in page


def test_the_page_costs_as_much_for_ten_as_for_two(bakery: Business, ada: User, mark: User) -> None:
    client = owner_browser(ada)
    client.get(page_of(bakery))
    costs = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(bakery))
        costs.append(len(queries))
        for more in range(8):
            join(bakery, VIEWER, f"v{number}{more}")
            members.invite(bakery, f"i{number}{more}@owner.example", role=VIEWER, by=ada)
    assert costs == [5, 5]
