"""A file of the repertoire for a sister society in the demo, and the file before it, handed in by mistake."""

from royalties.demo.frame import Story, staff
from royalties.demo.repertoire import famous_works
from works.models import ExportFile
from works.services.describing import NewDescription, NewIdentifier, NewNote
from works.services.descriptions import store_descriptions
from works.services.exporting import export_repertoire
from works.services.imports import check_registration_file

SISTER = "052"


def load(story: Story) -> None:
    """Two works carry the numbers of a sister society, one a note to it; our own file brings nothing into our books."""
    desk = staff("documentation")
    numbered, noted = famous_works()[:2]
    note = NewNote(society=SISTER, subject="DW", text="Not the film song of the same title")
    described = [
        (numbered, NewDescription(identifiers=(NewIdentifier(issuer=SISTER, value="PRS 4711-K"),))),
        (noted, NewDescription(identifiers=(NewIdentifier(issuer=SISTER, value="PRS 4712-K"),), notes=(note,))),
    ]
    store_descriptions(described, "desk")
    export_repertoire(version="2.2", by=desk, now=story.now, receiver=SISTER)
    first = ExportFile.objects.filter(state="written").earliest("pk")
    with first.file.open("rb") as upload:
        check_registration_file(upload=upload, filename=first.filename, by=desk)
