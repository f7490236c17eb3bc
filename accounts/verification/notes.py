"""What the staff tell each other about a case. The owner never reads it."""

from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.errors import Invalid, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.claims import require_outsider
from accounts.verification.models import Application, Note
from accounts.verification.transitions import lock

LONGEST = 2000  # characters of one note


@audit.transaction
def write_note(application: Application, *, text: str, by: User) -> Note:
    """Add a note, whatever the case's status: also after the decision there is something to say.

    Raises Invalid: note_empty, value_too_long, hidden_characters; Forbidden: permission_missing, own_business.
    """
    require_permission(by, "verification.review_application")
    application = lock(application)
    require_outsider(application, by=by)
    text = text.strip()
    if not text:
        raise Invalid("note_empty", problems=[Problem("note_empty", "/text")])
    text = checks.length(checks.visible(text, "/text", lines=True), LONGEST, "/text")
    note = Note.objects.create(application=application, author=by, text=text)
    audit.record("application.noted", on=application, by=by, data={"note": note.pk})
    return note
