"""Whoever follows the journal is told of a commit at once. A notification without words: it may be lost, or come twice."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION audit_event_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('journal', '');
    RETURN NULL;
END $$;
CREATE TRIGGER notify_followers AFTER INSERT ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_notify();
"""
BACKWARDS = """
DROP TRIGGER notify_followers ON audit_event;
DROP FUNCTION audit_event_notify();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_refusals")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
