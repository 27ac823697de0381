"""A work that a run has frozen is not withdrawn, whoever asks: the guard stands with those who read the runs."""

from typing import Any

from django.db import migrations

MAKE = """
CREATE FUNCTION royalties_keep_frozen_works() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
DECLARE
    run_number text;
BEGIN
    SELECT r.number INTO run_number FROM royalties_run r
        WHERE r.state NOT IN ('draft', 'cancelled') AND EXISTS (SELECT 1 FROM royalties_runshare s
            WHERE s.run_id = r.id AND s."right" IN ('PR', 'MR', 'SR') AND s.work_id = NEW.id) LIMIT 1;
    IF run_number IS NOT NULL THEN
        RAISE EXCEPTION 'work % stands in run %: it cannot be withdrawn', NEW.number, run_number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_work_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen_work_stays BEFORE UPDATE ON works_work FOR EACH ROW
    WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn') EXECUTE FUNCTION royalties_keep_frozen_works();
"""


def make(apps: Any, schema_editor: Any) -> None:
    """Run the SQL as it stands; it holds percent signs that are no parameters."""
    schema_editor.execute(MAKE, params=None)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("royalties", "0004_accounts"), ("works", "0006_merged_works")]
    operations = [migrations.RunPython(make)]
