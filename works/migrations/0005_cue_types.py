# hand-written: the kinds of use that cue sheets name, and the counters of productions, requests and their files.
"""Seeds the cue types: the codes are those that cue sheets print, the letter is the one of the CWR table BLTVR
(background, logo, theme, visual, rolled-up cue). Whoever administers the portal adds and closes rows.
"""

import datetime as dt

from django.db import migrations

SINCE = dt.date(1900, 1, 1)
TYPES = (
    # code, English, Urdu, CWR letter, with words, also written
    ("BI", "Background instrumental", "پس منظر، صرف ساز", "B", False,
     ["background", "background instrumental", "b", "bg", "score", "underscore", "پس منظر"]),
    ("BV", "Background vocal", "پس منظر، گائیکی کے ساتھ", "B", True, ["background vocal", "bgv"]),
    ("VI", "Visual instrumental", "منظر میں، صرف ساز", "V", False,
     ["visual instrumental", "feature instrumental", "featured instrumental", "fi"]),
    ("VV", "Visual vocal", "منظر میں، گائیکی کے ساتھ", "V", True,
     ["visual", "visual vocal", "feature", "featured", "feature vocal", "featured vocal", "v", "f", "fv", "song",
      "منظر میں"]),
    ("MT", "Main title theme", "آغاز کا مرکزی نغمہ", "T", None,
     ["theme", "main title", "opening theme", "theme open", "title song", "ost", "t", "to", "ابتدائی نغمہ"]),
    ("ET", "End title theme", "اختتام کا نغمہ", "T", None,
     ["end title", "closing theme", "theme close", "end credits", "tc", "اختتامی نغمہ"]),
    ("LG", "Logo", "نشانِ ادارہ کی دھن", "L", None, ["logo", "ident", "station ident", "l"]),
    ("RC", "Rolled-up cue", "یکجا ٹکڑے", "R", None, ["rolled up cue", "rolled-up cue", "rolled up", "r"]),
    ("AD", "Advertisement or promotion", "اشتہار یا تشہیر", "", None,
     ["advertisement", "commercial", "promo", "trailer", "jingle", "bumper"]),
)  # fmt: skip


def seed(apps, schema_editor):
    """Write each type once."""
    kinds = apps.get_model("works", "CueType")
    kinds.objects.bulk_create(
        kinds(code=code, name=name, name_ur=urdu, cwr_code=letter, is_vocal=vocal, words=words, valid_from=SINCE)
        for code, name, urdu, letter, vocal, words in TYPES
    )


class Migration(migrations.Migration):
    """Data apart from the schema."""

    dependencies = [("works", "0004_search")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE works_production_number START 1", "DROP SEQUENCE works_production_number"),
        migrations.RunSQL("CREATE SEQUENCE works_request_number START 1", "DROP SEQUENCE works_request_number"),
        migrations.RunSQL("CREATE SEQUENCE works_request_file START 1", "DROP SEQUENCE works_request_file"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
