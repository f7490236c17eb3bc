"""`python -m tests.browser.owner_cases CONTACT`: an owner of everything that the owners' pages can show, on a registry
that runs. Prints the ids, by what they are.

Run by the tests of the browser on the registry's own settings, past no service.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
django.setup()

from accounts.audit import journal as audit  # noqa: E402  # after Django is set up
from accounts.privacy import consents  # noqa: E402
from accounts.verification import services as verification  # noqa: E402
from accounts.verification.models import Kind, Source  # noqa: E402
from tests.factories import make_account, make_claimed, make_owner, make_reviewer  # noqa: E402
from tests.onboarding.addresses import Things  # noqa: E402


def main(contact: str) -> None:
    owner = make_owner("Ada", contact)
    consents.give(owner, version=consents.VERSION, language="id")
    things = Things(owner)
    made = {name: things[name].pk for name in ("business", "draft", "file", "photo", "submitted", "approved")}
    reviewer = make_reviewer()
    asked = make_claimed(reviewer, make_account(things["business"]))
    verification.ask(asked, field="about", reason="", text="Sejak kapan?", by=reviewer)
    empty = verification.start(
        make_account(things["business"]), kind=Kind.NEW, source=Source.FORM, by=audit.SYSTEM
    )
    renamed = verification.start(
        things["approved"], kind=Kind.NAME_CHANGE, source=Source.FORM, by=owner, display_name="Roti Ada Baru"
    )
    print(json.dumps({**made, "asked": asked.pk, "empty": empty.pk, "renamed": renamed.pk}))


if __name__ == "__main__":
    main(sys.argv[1])
