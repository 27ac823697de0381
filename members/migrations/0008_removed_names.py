"""What a removed name was stays in the history of names."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0007_isni'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='partyname',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "members_partynameevent" ("created_at", "first_name", "id", "ipi_name_number", "key", "last_name", "name_type", "original", "party_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skeleton", "uid") VALUES (OLD."created_at", OLD."first_name", OLD."id", OLD."ipi_name_number", OLD."key", OLD."last_name", OLD."name_type", OLD."original", OLD."party_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."skeleton", OLD."uid"); RETURN NULL;', hash='f56f7c1b22702530cb41bd8f430f1d08ddf41aa6', operation='DELETE', pgid='pgtrigger_delete_delete_dae87', table='members_partyname', when='AFTER')),
        ),
    ]
