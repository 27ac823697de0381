"""The usage desk in the browser: upload, mapping, preview, yes; and everything that must not get in."""

import html
import io
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmo_portal.audit.models import Act
from royalties.models import UsageFile, UsageLine, UsageSource, UsageText
from tests.common import hostile
from tests.factories import usage as make
from tests.royalties.formats import dsr_files as dsr

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(sign_in: Any) -> Any:
    """A client signed in at the distribution desk."""
    return sign_in(make.clerk())


MARCH = {"period_start": "2026-03-01", "period_end": "2026-03-31"}  # what the made sales reports cover


def upload(desk: Any, data: bytes, name: str = "july.csv", **given: Any) -> Any:
    """Hand in a file by the form."""
    stream = io.BytesIO(data)
    stream.name = name
    source = given.pop("source", None) or make.source()
    values = {
        "source": source.pk,
        "period_start": "2026-07-01",
        "period_end": "2026-09-30",
        "coverage": "census",
        "form_key": str(uuid.uuid4()),
        "file": stream,
    }
    return desk.post(reverse("royalties:staff-usage-new"), values | given)


def confirm(desk: Any, file: UsageFile, **changed: Any) -> Any:
    """Confirm the mapping as it is proposed, with some fields changed."""
    address = reverse("royalties:staff-usage-mapping", args=[file.uid])
    form = desk.get(address).context["form"]
    values = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, "", False)}
    return desk.post(address, values | {"act": "confirm"} | changed)


def act(desk: Any, file: UsageFile, name: str, **values: Any) -> Any:
    """Press a button of the file's page and look at the page again."""
    return desk.post(reverse(f"royalties:staff-usage-{name}", args=[file.uid]), values, follow=True)


def test_a_file_goes_from_upload_to_tables_by_four_clicks(desk: Any, run_jobs: Any) -> None:
    answer = upload(desk, make.table(make.row(), make.row("Dil", plays="x")))
    file = UsageFile.objects.get()
    assert answer["Location"] == reverse("royalties:staff-usage-mapping", args=[file.uid])
    page = desk.get(answer["Location"]).content.decode()
    assert "Chand Raat" in page and "What they become" in page
    confirm(desk, file)
    page = desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])).content.decode()
    assert "This cannot be read as a number" in page and "Plays" in page
    assert UsageLine.objects.count() == UsageText.objects.count() == 0
    act(desk, file, "land")
    run_jobs()
    file.refresh_from_db()
    assert (file.state, UsageLine.objects.count(), file.refused_count) == ("landed", 1, 1)
    assert file.matched_at is not None
    assert (
        "What the texts were matched to"
        in desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])).content.decode()
    )
    assert desk.get(reverse("royalties:staff-usage-texts", args=[file.uid])).status_code == 200
    for address in ("royalties:staff-usage-list", "royalties:staff-usage-sources", "royalties:staff-usage-source-new"):
        assert desk.get(reverse(address)).status_code == 200
    assert desk.get(reverse("royalties:staff-usage-list") + "?format=csv").status_code == 200
    assert desk.get(reverse("royalties:staff-usage-texts", args=[file.uid]) + "?format=csv").status_code == 200
    assert desk.get(reverse("royalties:staff-match-queue")).status_code == 200
    assert desk.get(reverse("royalties:staff-match-text", args=[file.uid, 1])).status_code == 200


# --- what must not get in -------------------------------------------------------------------------------------------


def text_of(answer: Any) -> str:
    """The words of a page without its markup."""
    return re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode()))


def nothing_stored() -> bool:
    """No line, no text, and no file but those that were refused or wait."""
    return not UsageLine.objects.exists() and not UsageText.objects.exists()


def test_a_double_upload_is_refused_with_a_link_to_the_first(desk: Any) -> None:
    upload(desk, make.table(make.row()))
    first = UsageFile.objects.get()
    answer = upload(desk, make.table(make.row()), "another name.csv")
    assert answer.status_code == 400 and "The same file was received before, as july.csv" in text_of(answer)
    assert reverse("royalties:staff-usage-detail", args=[first.uid]) in answer.content.decode()
    assert UsageFile.objects.count() == 1


def test_a_double_click_on_every_button_has_one_effect(desk: Any, run_jobs: Any) -> None:
    key = str(uuid.uuid4())
    first, second = (upload(desk, make.table(make.row()), form_key=key) for _click in range(2))
    assert first["Location"] == second["Location"]
    file = UsageFile.objects.get()
    for _click in range(2):
        confirm(desk, file)
    for _click in range(2):
        assert act(desk, file, "land").status_code == 200
    run_jobs()
    assert (UsageLine.objects.count(), Act.objects.filter(verb="land_usage").count()) == (1, 1)
    assert UsageSource.objects.get().mapping_version == 1


def test_a_second_report_for_the_same_days_is_asked_about_and_shown_with_its_rows(desk: Any) -> None:
    make.landed(make.row("One"), make.row("Two"))
    answer = upload(desk, make.table(make.row("One"), make.row("Three")), "august.csv")
    assert answer.status_code == 400 and "july.csv (2 rows)" in text_of(answer)
    assert "another report for the same days" in text_of(answer)
    answer = upload(desk, make.table(make.row("One"), make.row("Three")), "august.csv", confirm_overlap="on")
    file = UsageFile.objects.get(filename="august.csv")
    page = text_of(desk.get(answer["Location"]))
    assert "1 row stands in another file already and is left out" in page
    page = text_of(act(desk, file, "read", repeats="take"))
    file.refresh_from_db()
    assert file.line_count == 2 and "taken as a further play" in page


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "The file is empty"),
        (b"\x00\x01\x02\x03" * 200, "a.csv", ""),
        (b"MZ" + bytes(200), "a.csv", "the content is EXE"),
        (b"<html><table></table></html>", "a.csv", "HTML"),
        (b"%PDF-1.7", "a.csv", "PDF"),
        (make.table(make.row()), "a.pdf", "cannot be read here"),
        (make.table(make.row()), "a.xlsx", "not a workbook"),
        (hostile.workbook(), "a.csv", "XLSX / ZIP"),
        ("Titel;Anzahl\nä;1".encode("utf-32"), "a.csv", "UTF-32"),
    ],
)
def test_h04_h08_files_of_the_wrong_kind_are_refused_at_the_door(desk: Any, data: bytes, name: str, words: str) -> None:
    answer = upload(desk, data, name)
    assert answer.status_code == 400 and words in text_of(answer)
    assert UsageFile.objects.count() == 0


def test_h01_an_xlsx_bomb_is_refused_before_it_is_unpacked(desk: Any) -> None:
    sheet = hostile.sheet("<row>" + "<c><v>1</v></c>" * 3_000_000 + "</row>")
    answer = upload(desk, hostile.workbook(sheet=sheet), "bomb.xlsx")
    assert answer.status_code == 400 and UsageFile.objects.count() == 0
    assert "it was not opened" in text_of(answer) and "save it as CSV" in text_of(answer)


def test_h02_a_workbook_with_a_doctype_is_refused(desk: Any) -> None:
    sheet = hostile.with_doctype(hostile.GOOD_SHEET, hostile.LAUGHS)
    assert upload(desk, hostile.workbook(sheet=sheet), "laughs.xlsx").status_code == 400
    assert UsageFile.objects.count() == 0


def test_an_honest_workbook_is_mapped_read_and_taken(desk: Any, run_jobs: Any) -> None:
    upload(desk, hostile.workbook(), "list.xlsx")
    file = UsageFile.objects.get()
    confirm(desk, file)
    act(desk, file, "land")
    file.refresh_from_db()
    assert (file.state, file.plays) == ("landed", 7)


def test_a_table_without_a_known_column_asks_for_the_columns(desk: Any) -> None:
    answer = upload(desk, make.table("a,b", head="Foo,Bar"))
    file = UsageFile.objects.get()
    page = desk.get(answer["Location"])
    assert "No column looks like a title" in text_of(page)
    answer = confirm(desk, file)
    assert answer.status_code == 400 and "Choose which column holds the title" in text_of(answer)
    answer = confirm(desk, file, column_0="title", column_1="title")
    assert answer.status_code == 400 and "Two columns are chosen for: Title" in text_of(answer)
    confirm(desk, file, column_0="title", column_1="performers")
    file.refresh_from_db()
    assert (file.state, file.line_count) == ("checked", 1)


def test_wrong_columns_in_a_later_file_stop_it_before_anything_is_read(desk: Any) -> None:
    upload(desk, make.table(make.row()))
    confirm(desk, UsageFile.objects.get())
    upload(desk, make.table("x,y", head="Song Name,Wrong"), "other.csv", confirm_overlap="on")
    assert UsageFile.objects.get(filename="other.csv").state == "mapping"
    assert nothing_stored()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_h08_the_encoding_is_found_shown_and_right(desk: Any, encoding: str, run_jobs: Any) -> None:
    rows = [make.row("چاند رات", artist="نصرت فتح علي خان", time=f"10:{n:02d}:00") for n in range(20)]
    upload(desk, make.table(*rows).decode().encode(encoding), "urdu.csv")
    file = UsageFile.objects.get()
    page = text_of(desk.get(reverse("royalties:staff-usage-mapping", args=[file.uid])))
    assert "چاند رات" in page and "Encoding" in page
    confirm(desk, file)
    act(desk, file, "land")
    assert UsageText.objects.get().title == "چاند رات"


def test_h08_another_encoding_is_looked_at_before_anything_is_read_by_it(desk: Any) -> None:
    rows = [make.row("Für Élise", artist="Café del Mar", time=f"10:{n:02d}:00") for n in range(20)]
    upload(desk, make.table(*rows).decode().encode("cp1252"), "western.csv")
    file = UsageFile.objects.get()
    guessed = file.encoding
    other = "cp1256" if guessed == "cp1252" else "cp1252"
    page = text_of(confirm(desk, file, encoding=other))
    file.refresh_from_db()
    assert (file.state, file.encoding) == ("mapping", other)
    assert "shown with the new layout" in page and ("Für Élise" in page) == (other == "cp1252")
    confirm(desk, file, encoding="cp1252")
    confirm(desk, UsageFile.objects.get())
    file.refresh_from_db()
    assert (file.state, file.encoding, file.line_count) == ("checked", "cp1252", 20)


def test_a_row_with_bytes_of_another_encoding_is_a_complaint_and_the_others_are_taken(desk: Any) -> None:
    data = make.table(make.row("Gut"), make.row("BAD"), make.row("چاند")).replace(b"BAD", b"K\xe4se")
    upload(desk, data)
    file = UsageFile.objects.get()
    confirm(desk, file)
    file.refresh_from_db()
    page = text_of(desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])))
    assert (file.line_count, file.refused_count) == (2, 1)
    assert "The row holds bytes that are no characters" in page


def test_h09_formulas_stay_text_and_are_inert_in_what_is_downloaded(desk: Any, run_jobs: Any) -> None:
    formula = "=HYPERLINK(evil)|x"
    upload(desk, make.table(make.row(formula), make.row("+cmd", plays="-1")))
    file = UsageFile.objects.get()
    confirm(desk, file)
    refused = b"".join(desk.get(reverse("royalties:staff-usage-refused", args=[file.uid])).streaming_content)
    assert b"'+cmd" in refused and b",+cmd" not in refused
    act(desk, file, "land")
    run_jobs()
    assert UsageText.objects.get().title == formula
    exported = desk.get(reverse("royalties:staff-usage-texts", args=[file.uid]) + "?format=csv").content.decode()
    assert f"'{formula}" in exported
    assert (
        "<script"
        not in desk.get(reverse("royalties:staff-usage-texts", args=[file.uid]))
        .content.decode()
        .split("<main")[1]
        .split("</main")[0]
    )


def test_a_line_of_a_million_characters_is_a_complaint_and_the_rest_is_read(desk: Any) -> None:
    data = make.table(make.row("x" * 1_000_000), make.row("Good"))
    upload(desk, data)
    file = UsageFile.objects.get()
    confirm(desk, file)
    file.refresh_from_db()
    assert (file.state, file.line_count, file.refused_count) == ("checked", 1, 1)
    page = text_of(desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])))
    assert "This line is longer than" in page and len(page) < 20_000


@pytest.mark.parametrize("amount", ["-5", "-5.00", "(5.00)"])
def test_a_negative_amount_is_refused_with_row_column_value_and_remedy(desk: Any, amount: str) -> None:
    upload(desk, make.table(f"Chand,2,{amount}", "Dil,1,5.00", head="Title,Plays,Amount"))
    file = UsageFile.objects.get()
    confirm(desk, file)
    page = text_of(desk.get(reverse("royalties:staff-usage-detail", args=[file.uid])))
    for words in ("Amount", amount, "A negative amount is not allowed here.", "Write the amount without a minus"):
        assert words in page
    file.refresh_from_db()
    assert (file.line_count, file.report["errors"][0]["row"]) == (1, 2)


@pytest.mark.parametrize("count", ["1e3", "NaN", "1,2,3", "9007199254740993", "2.5", "-1", "5%", "1/2"])
def test_h10_counts_are_parsed_by_rule_or_refused_never_guessed(desk: Any, count: str) -> None:
    upload(desk, make.table(f'Chand,"{count}"', "Dil,1", head="Title,Plays"))
    file = UsageFile.objects.get()
    confirm(desk, file)
    file.refresh_from_db()
    assert (file.line_count, file.refused_count, file.plays) == (1, 1, 1)


@pytest.mark.parametrize(("count", "value"), [("۱۲", 12), ("1,250", 1250), ("12,34,567", 1234567), ("3.0", 3)])
def test_h10_counts_in_urdu_digits_and_groups_are_read(desk: Any, count: str, value: int) -> None:
    upload(desk, make.table(f'Chand,"{count}"', head="Title,Plays"))
    file = UsageFile.objects.get()
    confirm(desk, file)
    file.refresh_from_db()
    assert file.plays == value


@pytest.mark.parametrize("title", ["None", "NA", "nan", "True", "007", "1E5", "1999", "1/2", "0"])
def test_h11_titles_stay_what_they_are(desk: Any, title: str, run_jobs: Any) -> None:
    upload(desk, make.table(f"{title},1", head="Title,Plays"))
    file = UsageFile.objects.get()
    confirm(desk, file)
    act(desk, file, "land")
    assert UsageText.objects.get().title == title


def test_h12_a_file_above_the_limit_is_refused_and_nothing_of_it_stays(desk: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1000
    answer = upload(desk, make.table(*make.rows(["title"] * 40)))
    assert answer.status_code == 400 and "larger than" in text_of(answer)
    assert UsageFile.objects.count() == 0


def test_a_cut_sales_report_is_refused_on_its_page_with_what_to_do(desk: Any) -> None:
    content = dsr.report(dsr.recording("1"), dsr.streams("1"), foot="")
    answer = upload(desk, content.encode(), dsr.NAME, source=make.source("STREAMER", "dsr"), **MARCH)
    page = text_of(desk.get(answer["Location"]))
    assert "it was cut off" in page and "Fetch the whole file again" in page and "Refused" in page
    assert nothing_stored()


def test_a_report_on_hold_says_why_and_can_be_read_again(desk: Any) -> None:
    content = dsr.report(dsr.recording("1").replace("AS02.02", "AS02.09"), dsr.streams("1"))
    answer = upload(desk, content.encode(), dsr.NAME, source=make.source("STREAMER", "dsr"), **MARCH)
    page = text_of(desk.get(answer["Location"]))
    assert "On hold" in page and "AS02.09" in page and "Read it again" in page
    act(desk, UsageFile.objects.get(), "read")
    assert UsageFile.objects.get().state == "held"


def test_refusing_needs_a_reason_and_is_shown_with_it(desk: Any) -> None:
    file = make.read(make.table(make.row()))
    answer = act(desk, file, "refuse", reason="")
    assert answer.status_code == 400
    page = text_of(act(desk, file, "refuse", reason="sent by mistake"))
    assert "sent by mistake" in page and "Refused" in page


def test_the_file_comes_back_as_it_was_sent_and_only_as_an_attachment(desk: Any) -> None:
    data = make.table(make.row())
    file = make.received(data, "جولائی.csv")
    answer = desk.get(reverse("royalties:staff-usage-original", args=[file.uid]))
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Disposition"].startswith("attachment") and "%D8%AC" in answer["Content-Disposition"]


def test_a_job_at_work_is_shown_with_its_progress(desk: Any, monkeypatch: Any, run_jobs: Any) -> None:
    monkeypatch.setattr("royalties.services.usage.reading.READ_AT_ONCE", 10)
    upload(desk, make.table(make.row()))
    file = UsageFile.objects.get()
    answer = confirm(desk, file)
    page = desk.get(answer["Location"])
    assert "The file is being read" in text_of(page)
    poll = reverse("royalties:staff-usage-progress", args=[file.uid])
    assert "progress" in desk.get(poll).content.decode()
    run_jobs()
    assert desk.get(poll)["HX-Refresh"] == "true"


def test_pages_hold_to_their_permissions(sign_in: Any, staff: Any) -> None:
    file = make.landed(make.row())
    views = {
        "usage-list": [],
        "usage-detail": [file.uid],
        "usage-sources": [],
        "usage-texts": [file.uid],
        "usage-original": [file.uid],
    }
    acts = {"usage-new": [], "usage-mapping": [file.uid], "usage-source-new": []}
    matching = {"match-queue": [], "match-text": [file.uid, 1]}
    auditor, finance, documents = (sign_in(staff(role)) for role in ("auditor", "finance", "documentation"))
    for names, allowed, refused in (
        (views, (auditor, documents), (finance,)),
        (acts, (), (auditor, documents, finance)),
        (matching, (documents,), (auditor, finance)),
    ):
        for name, arguments in names.items():
            address = reverse(f"royalties:staff-{name}", args=arguments)
            for client in allowed:
                assert client.get(address).status_code == 200, name
            for client in refused:
                assert client.get(address).status_code == 403, name
    for name in ("land", "refuse", "read"):
        address = reverse(f"royalties:staff-usage-{name}", args=[file.uid])
        assert documents.post(address).status_code == 403
    assert auditor.post(reverse("royalties:staff-match-decide")).status_code == 403


def test_lists_cost_the_same_queries_however_long_they_are(desk: Any) -> None:
    def cost(address: str) -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(address).status_code == 200
        return len(asked)

    file = make.landed(make.row("Song"), of=make.source("S"))
    addresses = [
        reverse("royalties:staff-usage-list"),
        reverse("royalties:staff-usage-sources"),
        reverse("royalties:staff-usage-detail", args=[file.uid]),
        reverse("royalties:staff-usage-texts", args=[file.uid]),
        reverse("royalties:staff-match-queue"),
    ]
    few = [cost(address) for address in addresses]
    for number in range(12):
        make.landed(make.row(f"Song {number}"), of=make.source(f"S{number}"))
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 16  # ten of them are the frame of every staff page
