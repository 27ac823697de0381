"""The desk describes a work: every correction is one act with its reason, and proposals change nothing by themselves."""

import datetime as dt
import html
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.common import clock
from tests.factories.works import PERCENT, party, work
from works.models import (
    Instrumentation,
    ProtectionTerm,
    PublicDomainElement,
    PublicDomainRule,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkShare,
    WorkTitle,
)
from works.queries.act_changes import changes_of
from works.queries.description_texts import instruments_text
from works.queries.descriptions import composite_proposal, free_share_proposal, work_description
from works.services.describing import NewDescription, NewPublicDomain, WorkFacts
from works.services.documenting import Line, correct_titles
from works.services.free_rules import add_free_share_rule, add_protection_term
from works.services.numbers import request_iswc
from works.services.registration import NewTitle, NewWork, check_new_work

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 22)


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


@pytest.fixture
def client(desk: User, sign_in: Any) -> Client:
    entered: Client = sign_in(desk)
    return entered


@pytest.fixture
def song(db: None) -> Work:
    return work("Dil Ki Baat", (party("Alia Rahman"), "C", 60), (None, "A", 40), original="دل کی بات")


def rows(*lines: dict[str, Any], reason: str = "Letter of 4 May", **more: str) -> dict[str, str]:
    data = {"form-TOTAL_FORMS": str(len(lines)), "form-INITIAL_FORMS": str(len(lines)), "reason": reason, **more}
    return data | {
        f"form-{place}-{name}": str(value) for place, line in enumerate(lines) for name, value in line.items()
    }


def address(song: Work, section: str) -> str:
    return f"/staff/works/{song.uid}/description/{section}/"


def standing(row: Any, **values: Any) -> dict[str, Any]:
    return {"uid": row.uid, **values}


def test_titles_are_added_changed_and_ended_as_one_act(song: Work, client: Client) -> None:
    roman, urdu = song.titles.order_by("pk")
    lines = (
        standing(roman, text="Dil Ki Baatein", title_type="OT", language="ur"),
        standing(urdu, text=urdu.text, title_type="OL", language="ur", remove="on"),
        {"text": "Words of the Heart", "title_type": "TT", "language": "english"},
        {"text": "", "title_type": "", "language": ""},
    )
    assert client.post(address(song, "titles"), rows(*lines)).status_code == 302
    song.refresh_from_db()
    assert (song.title, song.language) == ("Dil Ki Baatein", "ur")
    assert set(song.titles.values_list("text", "title_type")) == {
        ("Dil Ki Baatein", "OT"),
        ("Words of the Heart", "TT"),
    }
    assert song.titles.get(title_type="TT").language == "en"
    page = client.post(address(song, "titles"), rows({"text": "X", "title_type": "OT", "language": "Klingon"}))
    assert "No language of the list is called Klingon" in page.content.decode()
    act = Act.objects.get(verb="correct_titles")
    assert act.facts["ended"] == ["دل کی بات"] and act.facts["reason"] == "Letter of 4 May"


def test_a_work_keeps_exactly_one_original_title(song: Work, client: Client, desk: User) -> None:
    page = client.post(address(song, "titles"), rows({"text": "X", "title_type": "AT", "language": ""}))
    assert page.status_code == 200 and "exactly one original title" in page.content.decode()
    assert song.titles.count() == 2
    page = client.post(address(song, "titles"), rows({"text": "X", "title_type": "OT", "language": ""}, reason=" "))
    assert page.status_code == 200 and song.titles.count() == 2


def test_a_section_that_somebody_changed_meanwhile_is_not_overwritten(song: Work, desk: User) -> None:
    row = song.titles.order_by("pk")[0]
    line = Line(row.uid, {"text": "New", "title_type": "OT", "language": ""})
    WorkTitle.objects.filter(pk=row.pk).delete()
    with pytest.raises(ValidationError, match="meanwhile"):
        correct_titles(work=song, lines=[line], reason="x", by=desk)


def test_only_who_may_edit_works_corrects_a_description(song: Work, staff: Any, sign_in: Any) -> None:
    with pytest.raises(PermissionDenied):
        correct_titles(work=song, lines=[], reason="x", by=staff("auditor"))
    assert sign_in(staff("auditor")).get(address(song, "titles")).status_code == 403


def test_facts_are_corrected_with_what_stood_before(song: Work, client: Client) -> None:
    data = {"category": "SER", "version_type": "MOD", "duration": "4:05", "music_arrangement": "ARR", "reason": "Score"}
    assert client.post(f"/staff/works/{song.uid}/facts/", data).status_code == 302
    song.refresh_from_db()
    assert (song.category, song.version_type, song.duration, song.music_arrangement) == ("SER", "MOD", 245, "ARR")
    changes = Act.objects.get(verb="correct_facts").facts["changes"]
    assert changes["category"] == ["POP", "SER"] and changes["duration"] == [None, 245]


ISWC = "T0345246801"
FACTS = {"category": "POP", "version_type": "ORI", "reason": "Letter of the agency"}


def test_an_iswc_is_entered_corrected_and_taken_away_with_its_history(song: Work, client: Client) -> None:
    address = f"/staff/works/{song.uid}/facts/"
    for typed, kept in (("T-034.524.680-1", ISWC), ("t1234567894", "T1234567894"), ("", None)):
        assert client.post(address, {**FACTS, "iswc": typed}).status_code == 302
        song.refresh_from_db()
        assert song.iswc == kept
        assert (kept is None) == ('name="iswc" value=' not in client.get(address).content.decode())
    acts = Act.objects.filter(verb="correct_facts").order_by("pk")
    assert [act.facts["changes"]["iswc"] for act in acts] == [
        [None, ISWC],
        [ISWC, "T1234567894"],
        ["T1234567894", None],
    ]
    told = [(change.before, change.after) for act in acts for change in changes_of(act)]
    assert told[1] == ("T-034.524.680-1", "T-123.456.789-4")
    assert acts[0].facts["reason"] == "Letter of the agency"


@pytest.mark.parametrize(("iswc", "words"), [("T0345246802", "not a correct ISWC"), (ISWC, "belongs to")])
def test_an_iswc_that_is_wrong_or_of_another_work_is_refused(iswc: str, words: str, song: Work, client: Client) -> None:
    other = work("Old Song", (party("Bilal Hussain"), "CA", 100), iswc=ISWC)
    page = client.post(f"/staff/works/{song.uid}/facts/", {**FACTS, "iswc": iswc}).content.decode()
    song.refresh_from_db()
    assert words in page and song.iswc is None
    assert (other.number in page) == (iswc == ISWC)


def test_a_work_keeps_its_own_iswc_when_other_facts_change(song: Work, client: Client) -> None:
    Work.objects.filter(pk=song.pk).update(iswc=ISWC)
    data = {**FACTS, "iswc": "T-034.524.680-1", "duration": "4:05"}
    assert client.post(f"/staff/works/{song.uid}/facts/", data).status_code == 302
    assert set(Act.objects.get(verb="correct_facts").facts["changes"]) == {"duration"}


def test_an_iswc_by_hand_ends_what_waits_and_keeps_what_was_sent_and_answered(
    song: Work, client: Client, desk: User
) -> None:
    waiting = request_iswc(work=song, by=desk)
    sent = request_iswc(work=song, by=desk, search=True)
    sent.state, sent.sent_at = "sent", clock.now()
    sent.save()
    assert client.post(f"/staff/works/{song.uid}/facts/", {**FACTS, "iswc": ISWC}).status_code == 302
    for request in (waiting, sent):
        request.refresh_from_db()
    assert (waiting.state, waiting.message["en"]) == ("withdrawn", "Letter of the agency")
    assert sent.state == "sent"


def test_the_database_refuses_an_iswc_that_two_works_would_have(song: Work) -> None:
    work("Old Song", (party("Bilal Hussain"), "CA", 100), iswc=ISWC)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE works_work SET iswc = %s WHERE id = %s", [ISWC, song.pk])


def test_a_modified_version_says_what_was_done(song: Work, client: Client) -> None:
    data = {"category": "POP", "version_type": "MOD", "component_count": "3", "reason": "x"}
    page = client.post(f"/staff/works/{song.uid}/facts/", data).content.decode()
    assert "says what was done" in page and "what kind of composite" in page
    song.refresh_from_db()
    assert song.version_type == "ORI"


def test_sources_are_ours_by_number_or_outside_works_as_text(song: Work, client: Client) -> None:
    other = work("Old Song", (party("Bilal Hussain"), "CA", 100))
    lines = (
        {"kind": "arrangement", "our_number": other.number.lower()},
        {"kind": "translation", "title": "Auld Lang Syne", "writers": "Robert Burns; Trad", "duration": "1:00"},
    )
    assert client.post(address(song, "sources"), rows(*lines)).status_code == 302
    first, second = song.sources.order_by("position")
    assert (first.source, second.title, second.duration) == (other, "Auld Lang Syne", 60)
    assert [each["last_name"] for each in second.writers] == ["Robert Burns", "Trad"]
    page = client.get(f"/staff/works/{other.uid}/").content.decode()
    assert "Used in" in page and song.number in page
    ring = client.post(address(other, "sources"), rows({"kind": "version", "our_number": song.number}))
    assert ring.status_code == 200 and "is made from this one" in ring.content.decode()
    assert other.sources.count() == 0


def test_writers_that_were_not_touched_keep_their_numbers(song: Work, client: Client) -> None:
    writers = [{"last_name": "BURNS", "first_name": "ROBERT", "ipi_name_number": "00000000199"}]
    row = SourceWork.objects.create(work=song, kind="version", title="Old", writers=writers, given_by="PB1")
    line = standing(row, kind="translation", title="Old", writers="ROBERT BURNS")
    client.post(address(song, "sources"), rows(line))
    row.refresh_from_db()
    assert (row.kind, row.writers, row.given_by) == ("translation", writers, "staff")


def test_an_unknown_number_or_a_source_without_anything_is_told_at_its_field(song: Work, client: Client) -> None:
    lines = (
        {"kind": "version", "our_number": "W9999999"},
        {"kind": "version"},
        {"kind": "version", "title": "T", "part": "5"},
    )
    page = client.post(address(song, "sources"), rows(*lines)).content.decode()
    for words in ("No work has the number W9999999", "Give the title of the work", "Only a component has"):
        assert words in page
    assert song.sources.count() == 0


def test_one_more_row_keeps_what_was_typed(song: Work, client: Client) -> None:
    page = client.post(address(song, "performers"), rows({"last_name": "Abida"}, add="1")).content.decode()
    assert 'value="Abida"' in page and 'name="form-1-last_name"' in page
    assert song.performers.count() == 0


def test_instruments_are_read_by_name_and_code(song: Work, client: Client) -> None:
    line = {"standard": "", "voices": "2", "instruments": "Sitar, TAB 2، harmonium", "description": ""}
    assert client.post(address(song, "settings"), rows(line)).status_code == 302
    setting = Instrumentation.objects.get()
    assert [(each.instrument, each.players) for each in setting.instruments.order_by("pk")] == [
        ("SIT", None),
        ("TAB", 2),
        ("HRM", None),
    ]
    changed = standing(setting, standard="BND", voices="", instruments="Sitar 1", description="")
    fresh = {"standard": "", "voices": "", "instruments": "Flute", "description": ""}
    client.post(address(song, "settings"), rows(changed, fresh))
    assert [row.standard for row in song.instrumentations.order_by("pk")] == ["BND", ""]
    assert [row.instruments.count() for row in song.instrumentations.order_by("pk")] == [1, 1]
    page = client.post(address(song, "settings"), rows({"instruments": "Rubab"})).content.decode()
    assert "No instrument of the list is called Rubab" in page


def test_a_number_of_another_work_is_refused_in_words(song: Work, client: Client) -> None:
    other = work("Other", (party("Bilal Hussain"), "CA", 100))
    WorkIdentifier.objects.create(work=other, issuer="052", value="PRS1")
    line = {"issuer": "052", "value": "PRS1", "identifier_type": "W", "validity": "valid"}
    page = client.post(address(song, "numbers"), rows(line))
    assert page.status_code == 200 and "Another work holds one of these numbers" in page.content.decode()
    assert client.post(address(song, "numbers"), rows({**line, "validity": "unlinked"})).status_code == 302


OWN = {"text": "Dil Ki Baat", "title_type": "OT", "language": "ur"}
SINGER = {"last_name": "Chenabi", "first_name": "Amna"}
NUMBER = {"issuer": "052", "value": "PRS1", "identifier_type": "W", "validity": "valid"}


@pytest.mark.parametrize(
    ("section", "lines", "told"),
    [
        (
            "titles",
            [OWN, {"text": "Dil Ki Baat", "title_type": "OL"}],
            "is in Roman letters. Write it in its own script",
        ),
        ("titles", [OWN, {"text": "dil ki baat", "title_type": "AT"}], "stands there twice"),
        ("titles", [OWN, *[{"text": "Heart", "title_type": "AT", "language": "en"}] * 2], "stands there twice"),
        ("performers", [SINGER, {**SINGER, "last_name": "CHENABI"}], "CHENABI stands there twice"),
        ("performers", [{**SINGER, "ipi_name_number": "00000000395"}, SINGER], "Chenabi stands there twice"),
        ("numbers", [NUMBER, NUMBER], "The number PRS1 of 052 stands there twice"),
        ("numbers", [{**NUMBER, "issuer": "999"}], "No society has the code 999"),
        ("numbers", [{**NUMBER, "issuer": "362"}], "362 is our own society"),
        ("numbers", [{**NUMBER, "issuer": "ISW", "value": "T1234567895"}], "its last digit is wrong"),
        ("numbers", [{**NUMBER, "issuer": "ISW", "value": "T-034.524.680-1"}], "is an ISWC. It is the number"),
    ],
)
def test_what_cannot_be_true_of_a_description_is_told(
    section: str, lines: list[dict[str, Any]], told: str, song: Work, client: Client
) -> None:
    page = client.post(address(song, section), rows(*lines))
    assert page.status_code == 200 and told in html.unescape(page.content.decode())


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ("titles", [OWN, {"text": "Dil Ki Baat", "title_type": "TE"}, {"text": "دل کی بات", "title_type": "OL"}]),
        ("titles", [OWN, {"text": "Ça ira", "title_type": "OL", "language": "fr"}]),
        (
            "performers",
            [{**SINGER, "ipi_name_number": number} for number in ("00000000395", "00000000297")],
        ),
        ("numbers", [NUMBER, {**NUMBER, "issuer": "PB199"}, {**NUMBER, "issuer": "999", "validity": "invalid"}]),
    ],
)
def test_what_may_be_true_of_a_description_is_taken(
    section: str, lines: list[dict[str, Any]], song: Work, client: Client
) -> None:
    assert client.post(address(song, section), rows(*lines)).status_code == 302


def test_a_row_that_stood_before_does_not_hinder_another_correction(song: Work, client: Client) -> None:
    roman, urdu = song.titles.order_by("pk")
    old = WorkTitle.objects.create(work=song, text="Old", title_type="OL", key="old", skeleton="ld", script="Latn")
    lines = [standing(row, text=row.text, title_type=row.title_type, language="") for row in (roman, urdu, old)]
    assert client.post(address(song, "titles"), rows(*lines, {"text": "New", "title_type": "AT"})).status_code == 302
    lines[2]["text"] = "Olden"
    assert "“Olden” is in Roman letters" in client.post(address(song, "titles"), rows(*lines)).content.decode()


def test_a_work_without_words_has_none_that_belong_to_nobody(song: Work, client: Client) -> None:
    Work.objects.filter(pk=song.pk).update(text_music="MUS")
    folk = {"element": "words", "reason": "folk"}
    page = client.post(address(song, "public-domain"), rows(folk)).content.decode()
    assert "The work is music only, so it has no words" in page
    assert client.post(address(song, "public-domain"), rows({**folk, "element": "music"})).status_code == 302
    facts = {"category": "POP", "version_type": "ORI", "text_music": "TXT", "reason": "Letter"}
    page = client.post(f"/staff/works/{song.uid}/facts/", facts).content.decode()
    assert "The work is words only, so it has no music" in page


def test_a_new_work_is_held_to_the_same() -> None:
    free = NewPublicDomain(element="words", reason="folk")
    told = NewDescription(facts=WorkFacts(text_music="MUS"), public_domain=(free,))
    new = NewWork(NewTitle("Dhun"), other_titles=(NewTitle("Dhun", "OL"),), description=told)
    with pytest.raises(ValidationError) as refused:
        check_new_work(new)
    assert [text.split(".")[0] for text in refused.value.messages] == [
        "“Dhun” is in Roman letters",
        "The work is music only, so it has no words that could belong to nobody",
    ]


def law(by: User) -> ProtectionTerm:
    return add_protection_term(
        territory="0586",
        years_after_death=50,
        valid_from=dt.date(1967, 2, 27),
        revives=False,
        source="Copyright Ordinance 1962, section 18",
        by=by,
    )


def test_free_words_are_explained_from_the_law_and_their_share_is_called_so(
    song: Work, client: Client, desk: User
) -> None:
    line = {
        "element": "words",
        "reason": "classical",
        "author": "Bulleh Shah",
        "author_original": "بلھے شاہ",
        "century": "18",
    }
    assert client.post(address(song, "public-domain"), rows(line)).status_code == 302
    page = client.get(f"/staff/works/{song.uid}/").content.decode()
    assert "No term of protection is recorded" in page and "Cannot be said yet" in page
    law(desk)
    page = client.get(f"/staff/works/{song.uid}/").content.decode()
    assert "Belongs to nobody" in page and "counted is its last year" in page
    assert "Public domain: nobody owns this part" in page
    public = Client().get(f"/repertoire/{song.uid}/").content.decode()
    assert "Public domain: nobody owns this part" in public and "Bulleh Shah" in public
    assert WorkShare.objects.filter(work=song, right="PR", party=None).get().share == 40 * PERCENT


def test_an_author_who_died_needs_a_name_and_a_verse_its_century(song: Work, client: Client) -> None:
    lines = ({"element": "words", "reason": "died"}, {"element": "music", "reason": "classical", "author": "X"})
    page = client.post(address(song, "public-domain"), rows(*lines)).content.decode()
    assert "Name the author" in page and "Give the century" in page
    assert PublicDomainElement.objects.count() == 0


def test_the_rule_on_free_shares_is_proposed_and_changes_nothing_itself(song: Work, client: Client, desk: User) -> None:
    law(desk)
    PublicDomainElement.objects.create(work=song, element="words", reason="folk")
    assert free_share_proposal(song, "PR", on=ON) is None  # no rule: the free share stays where it is
    add_free_share_rule(
        element="words", valid_from=dt.date(2026, 7, 1), use="co_creators", arranger_part=None, source="AGM 4", by=desk
    )
    assert free_share_proposal(song, "PR", on=dt.date(2026, 6, 30)) is None
    proposal = free_share_proposal(song, "PR", on=ON)
    assert proposal is not None
    assert [(str(row.party), row.share) for row in proposal.rows] == [("Alia Rahman", 1_000_000)]
    page = client.get(f"/staff/works/{song.uid}/proposal/PR/").content.decode()
    assert "Take these rows into the editor" in page and "Alia Rahman" in page
    assert WorkShare.objects.filter(work=song, right="PR").count() == 2


def test_shares_of_a_medley_flow_from_its_parts_into_the_editor(client: Client) -> None:
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    one, two = work("One", (alia, "CA", 100)), work("Two", (bilal, "C", 50), (None, "A", 50))
    medley = work("Medley", (None, "CA", 100))
    for place, (source, seconds) in enumerate(((one, 60), (two, 180)), start=1):
        SourceWork.objects.create(work=medley, kind="component", position=place, source=source, duration=seconds)
    found = composite_proposal(medley, "PR", on=ON)
    assert {(str(row.party or "-"), row.share) for row in found.rows} == {
        ("-", 375_000),
        ("Bilal Hussain", 375_000),
        ("Alia Rahman", 250_000),
    }
    page = client.get(f"/staff/works/{medley.uid}/proposal/PR/").content.decode()
    taken = {
        "form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "3", "add": "",
        "form-0-party": str(alia.uid), "form-0-role": "CA", "form-0-share": "25",
        "form-1-party": str(bilal.uid), "form-1-role": "C", "form-1-share": "37.5",
        "form-2-party": "", "form-2-role": "", "form-2-share": "37.5",
    }  # fmt: skip
    assert all(f'value="{value}"' in page for value in ("25", "37.5", str(alia.uid), str(bilal.uid)))
    editor = client.post(f"/staff/works/{medley.uid}/shares/PR/", taken).content.decode()
    assert "Alia Rahman" in editor and 'value="37.5"' in editor
    assert WorkShare.objects.filter(work=medley, right="PR").get().party is None


def test_laws_follow_each_other_and_rules_have_one_day_each(client: Client, desk: User) -> None:
    first = law(desk)
    data = {
        "act": "term", "term-territory": "0586", "term-years_after_death": "70", "term-valid_from": "2027-01-01",
        "term-source": "Amendment 2026",
    }  # fmt: skip
    assert client.post("/staff/works/public-domain/", data).status_code == 302
    first.refresh_from_db()
    assert first.valid_to == dt.date(2026, 12, 31)
    again = client.post("/staff/works/public-domain/", data)
    assert again.status_code == 200 and "recorded already" in again.content.decode()
    rule = {
        "act": "rule",
        "rule-element": "words",
        "rule-use": "arranger",
        "rule-valid_from": "2026-07-01",
        "rule-source": "AGM",
    }
    assert "arranger’s part" in client.post("/staff/works/public-domain/", rule).content.decode()
    assert client.post("/staff/works/public-domain/", {**rule, "rule-arranger_part": "25"}).status_code == 302
    assert PublicDomainRule.objects.get().arranger_part == 25 * PERCENT


def test_who_only_looks_at_works_reads_the_rules_and_adds_none(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("auditor"))
    assert "Record this law" not in client.get("/staff/works/public-domain/").content.decode()
    data = {
        "act": "term", "term-territory": "0586", "term-years_after_death": "70", "term-valid_from": "2027-01-01",
        "term-source": "Amendment 2026",
    }  # fmt: skip
    assert client.post("/staff/works/public-domain/", data).status_code == 403
    assert ProtectionTerm.objects.count() == 0


def test_the_public_sees_no_restricted_title_no_wrong_number_and_no_source_that_is_not_registered(song: Work) -> None:
    WorkTitle.objects.create(work=song, title_type="RT", text="Hidden", key="hidden", skeleton="hdn")
    waiting = work("Waiting", (party("Bilal Hussain"), "CA", 100))
    Work.objects.filter(pk=waiting.pk).update(state="submitted")
    SourceWork.objects.create(work=song, kind="version", source=waiting)
    SourceWork.objects.create(work=waiting, kind="version", source=work("Third", (party("C D"), "CA", 100)))
    WorkIdentifier.objects.create(work=song, issuer="052", value="PRS77", validity="taken")
    page = Client().get(f"/repertoire/{song.uid}/").content.decode()
    assert not [word for word in ("Hidden", "Waiting", "PRS77") if word in page]


def test_a_description_takes_a_fixed_number_of_queries(song: Work, django_assert_max_num_queries: Any) -> None:
    for place in range(12):
        source = work(f"Part {place}", (party(f"Writer {place}"), "CA", 100))
        SourceWork.objects.create(work=song, kind="component", position=place, source=source, duration=60)
        SourceWork.objects.create(work=source, kind="version", title="X")
        Instrumentation.objects.create(work=song, standard="BND")
        PublicDomainElement.objects.create(work=song, element="words", reason="folk")
    with django_assert_max_num_queries(12):
        work_description(song, on=ON, for_staff=True)
    with django_assert_max_num_queries(5):
        composite_proposal(song, "PR", on=ON)


def test_a_work_is_found_by_the_poet_of_its_old_words_and_by_who_performs_it(song: Work) -> None:
    PublicDomainElement.objects.create(
        work=song, element="words", reason="died", author="Bulleh Shah", author_original="بلھے شاہ"
    )
    song.performers.create(last_name="PARVEEN", first_name="ABIDA")
    for words in ("bulleh shah", "بلھے شاہ", "Abida Parveen"):
        assert song.title in Client().get("/repertoire/", {"q": words}).content.decode(), words
    song.performers.all().delete()
    assert song.title not in Client().get("/repertoire/", {"q": "Abida Parveen"}).content.decode()


@pytest.mark.parametrize("section", ["sources", "settings"])
def test_a_section_is_opened_in_as_many_queries_for_many_rows_as_for_few(
    song: Work, client: Client, section: str
) -> None:
    def grown() -> int:
        SourceWork.objects.create(work=song, kind="version", source=work(f"Source {SourceWork.objects.count()}"))
        setting = Instrumentation.objects.create(work=song, voices=1)
        setting.instruments.create(instrument="TAB")
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address(song, section)).status_code == 200
        return len(counted)

    grown()
    assert grown() == grown()


def test_the_history_tells_what_a_correction_changed(song: Work, client: Client) -> None:
    client.post(
        f"/staff/works/{song.uid}/facts/", {"category": "POP", "version_type": "ORI", "duration": "5:05", "reason": "x"}
    )
    roman, urdu = song.titles.order_by("pk")
    lines = [
        standing(roman, text="Dil Ki Baatein", title_type="OT", language="urdu"),
        standing(urdu, text=urdu.text, title_type="OL", language="", remove="on"),
        {"text": "Words of the Heart", "title_type": "TT", "language": ""},
    ]
    client.post(address(song, "titles"), rows(*lines))
    client.post(address(song, "settings"), rows({"standard": "", "instruments": "Sitar, Tabla 2"}))
    facts, titles, settings = (
        [(str(change.label), change.row, change.before, change.after) for change in changes_of(act)]
        for act in Act.objects.filter(verb__startswith="correct_").order_by("number")
    )
    assert ("Length", "", "–", "5:05") in facts
    assert ("Title", "Dil Ki Baat", "Dil Ki Baat", "Dil Ki Baatein") in titles
    assert ("Added", "", "", "Words of the Heart") in titles
    assert ("Taken away", "", "دل کی بات", "") in titles
    assert settings[0] == ("Instruments", "", "–", "Sitar, Tabla 2")
    page = client.get(f"/staff/works/{song.uid}/").content.decode()
    assert "<bdi>Dil Ki Baat</bdi> became <bdi>Dil Ki Baatein</bdi>" in page


def test_a_later_work_is_named_with_what_it_does_with_this_one(song: Work, client: Client) -> None:
    medley = work("Medley", (party("Alia Rahman"), "C", 100))
    SourceWork.objects.create(work=medley, kind="component", source=song)
    assert "contains this work" in client.get(f"/staff/works/{song.uid}/").content.decode()


def test_instruments_are_parted_by_the_comma_of_the_language(song: Work, client: Client) -> None:
    client.post(address(song, "settings"), rows({"standard": "", "instruments": "Sitar, Tabla 2"}))
    client.cookies["django_language"] = "ur"
    page = client.get(f"/staff/works/{song.uid}/").content.decode()
    with override("ur"):
        names = instruments_text([("SIT", None), ("TAB", 2)])
    assert "، " in names and names in page
    assert client.get(address(song, "settings")).context["rows"][0]["instruments"].value() == names
