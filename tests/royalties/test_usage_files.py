"""Usage files: received once, read without a trace, taken whole, refused with a reason."""

import pytest

from royalties.models import UsageLine, UsageText
from royalties.services import usage
from tests.factories import usage as make

pytestmark = pytest.mark.django_db


def test_a_new_table_waits_for_its_mapping_and_touches_no_usage_table() -> None:
    file = make.received(make.table(make.row()))
    assert file.state == "mapping"
    assert UsageLine.objects.count() == UsageText.objects.count() == 0


def test_a_confirmed_mapping_reads_the_file_and_a_yes_takes_it() -> None:
    file = make.read(make.table(make.row(), make.row(time="11:00:00"), make.row("Dil Ki Baat", plays="1")))
    assert (file.state, file.line_count, file.text_count, file.plays) == ("checked", 3, 2, 5)
    assert UsageLine.objects.count() == 0
    file = usage.land_file(file=file, by=make.clerk(), now=make.NOW)
    lines = list(UsageLine.objects.filter(file_id=file.pk).order_by("row_no"))
    assert [(line.row_no, line.text_no, line.plays, line.seconds) for line in lines] == [
        (2, 1, 2, 210),
        (3, 1, 2, 210),
        (4, 2, 1, 210),
    ]
    text = UsageText.objects.get(file_id=file.pk, text_no=1)
    assert (text.title, text.creators, text.performers) == ("Chand Raat", "Kamran Lodhi", "Tahira Naz")
    assert (text.line_count, text.plays, text.seconds, text.length) == (2, 4, 840, 210)
