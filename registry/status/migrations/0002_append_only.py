"""What was told is told: a trigger refuses to change or remove an update, and the web role has no right to."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION status_update_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published updates are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON status_incidentupdate
    FOR EACH ROW EXECUTE FUNCTION status_update_is_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON status_incidentupdate
    FOR EACH STATEMENT EXECUTE FUNCTION status_update_is_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry_web') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON status_incidentupdate FROM registry_web;
        REVOKE DELETE, TRUNCATE ON status_incident FROM registry_web;
    END IF;
END $$;
"""
BACKWARDS = """
DROP TRIGGER append_only ON status_incidentupdate;
DROP TRIGGER append_only_truncate ON status_incidentupdate;
DROP FUNCTION status_update_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("status", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
