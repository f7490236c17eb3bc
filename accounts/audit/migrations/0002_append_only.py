"""Events are written once: a trigger refuses to change or remove one, and the web role has no right to."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_is_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry_web') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_event FROM registry_web;
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_logentry FROM registry_web;
    END IF;
END $$;
"""
BACKWARDS = """
DROP TRIGGER append_only ON audit_event;
DROP TRIGGER append_only_truncate ON audit_event;
DROP FUNCTION audit_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
