"""The pages of works: who reaches which, in both languages, and what a member sees of what is not hers."""

import csv
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import verify_chain
from cmo_portal.common import clock
from members.models import Member
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from works.models import Dispute, RegistrationFile, Work, WorkReport, WorkShare
from works.services.disputes import NewClaim, open_dispute
from works.services.drafts import start_draft

DATA = Path(__file__).parent.parent / "data" / "cwr"
FORMULA = '=HYPERLINK("http://x.example")'
STAFF_ROLES = (
    "documentation",
    "membership",
    "licensing",
    "distribution",
    "finance",
    "approver",
    "auditor",
    "administrator",
)
VIEWERS = {"documentation", "membership", "distribution", "approver", "auditor"}


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


@pytest.fixture
def song(nazia: Member) -> Work:
    return work("Disco Deewane", (nazia.party, "C", 50), (party("Zoheb Hassan"), "A", 50), original="ڈسکو دیوانے")


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


@pytest.fixture
def dispute(song: Work, nazia: Member, desk: User) -> Dispute:
    claims = [NewClaim(nazia.party, "C", 50 * PERCENT), NewClaim(party("Other Side"), "C", 20 * PERCENT)]
    return open_dispute(work=song, right="PR", claims=claims, by=desk, on=clock.today())


def report(song: Work, client: Client | None = None, **more: str) -> Any:
    data = {"kind": "writer", "message": "It is by Alia.", "name": "", "email": "", "form_key": str(uuid.uuid4())}
    return (client or Client()).post(f"/repertoire/{song.uid}/report/", data | more)


def owner_rows(*rows: tuple[str, str, str], **more: str) -> dict[str, str]:
    """Rows of owners as a browser sends them: party uid, role, share."""
    data = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0", **more}
    for place, values in enumerate(rows):
        data |= {f"form-{place}-{name}": value for name, value in zip(("party", "role", "share"), values, strict=True)}
    return data


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_of_works_renders_in_both_languages(
    language: str, song: Work, nazia: Member, dispute: Dispute, desk: User, sign_in: Any
) -> None:
    report(song)
    draft = start_draft(party=nazia.party)
    staff, member = sign_in(desk), sign_in(nazia.user)
    with (DATA / "tolerated.V21").open("rb") as stream:
        file = staff.post("/staff/registrations/", {"file": stream})["Location"]
    pages = [
        (Client(), "/repertoire/"),
        (Client(), "/repertoire/?q=disco"),
        (Client(), f"/repertoire/{song.uid}/"),
        (Client(), f"/repertoire/{song.uid}/report/"),
        (Client(), f"/repertoire/{song.uid}/reported/"),
        (member, "/my/works/"),
        (member, f"/my/works/{song.uid}/"),
        (member, f"/my/works/registrations/{draft.uid}/title/"),
        (member, f"/my/works/registrations/{draft.uid}/known/"),
        (member, f"/my/works/registrations/{draft.uid}/shares/"),
        (staff, "/staff/works/"),
        (staff, "/staff/works/?state=disputed"),
        (staff, f"/staff/works/{song.uid}/?on=2026-01-01"),
        (staff, f"/staff/works/{song.uid}/shares/PR/"),
        (staff, f"/staff/works/{song.uid}/disputes/MR/"),
        (staff, "/staff/works/disputes/"),
        (staff, f"/staff/works/disputes/{dispute.uid}/"),
        (staff, "/staff/works/disputes/rules/"),
        (member, "/my/disputes/"),
        (member, "/my/disputes/?show=ended"),
        (member, f"/my/disputes/{dispute.uid}/"),
        (member, f"/my/works/{song.uid}/claim/"),
        (staff, "/staff/works/reports/"),
        (staff, f"/staff/works/reports/{WorkReport.objects.get().uid}/"),
        (staff, "/staff/registrations/"),
        (staff, file),
        (staff, f"{file}progress/"),
    ]
    for client, address in pages:
        client.cookies["django_language"] = language
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        if not address.endswith("progress/"):
            assert f'lang="{language}"' in page and "<h1>" in page, address
        assert "style=" not in page and "<script>" not in page, address


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_each_role_reaches_exactly_its_pages(role: str, song: Work, dispute: Dispute, staff: Any, sign_in: Any) -> None:
    client = sign_in(staff(role))
    looking = [
        "/staff/works/",
        f"/staff/works/{song.uid}/",
        "/staff/works/disputes/",
        f"/staff/works/disputes/{dispute.uid}/",
    ]
    working = [
        "/staff/works/reports/",
        f"/staff/works/{song.uid}/shares/PR/",
        f"/staff/works/{song.uid}/disputes/PR/",
        "/staff/registrations/",
    ]
    assert {client.get(page).status_code for page in looking} == ({200} if role in VIEWERS else {403})
    assert {client.get(page).status_code for page in working} == ({200} if role == "documentation" else {403})


def test_people_outside_are_led_to_sign_in_or_kept_out(song: Work, nazia: Member, sign_in: Any) -> None:
    for address in ("/my/works/", f"/my/works/{song.uid}/", "/staff/works/", "/staff/registrations/"):
        assert "/account/login/" in Client().get(address)["Location"]
    member = sign_in(nazia.user)
    assert member.get("/staff/works/").status_code == 403
    assert sign_in(nazia.user).get(f"/staff/works/{song.uid}/").status_code == 403


def test_an_auditor_sees_a_dispute_and_cannot_settle_it(dispute: Dispute, staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("auditor"))
    address = f"/staff/works/disputes/{dispute.uid}/"
    assert "Record the outcome" not in client.get(address).content.decode()
    claim = dispute.claims.first()
    assert claim
    client.post(address, {"act": "propose", "propose-kind": "split", "propose-reason": "Mine now."})
    assert not dispute.outcomes.exists()


def test_a_member_sees_her_own_works_alone(song: Work, nazia: Member, sign_in: Any) -> None:
    foreign = work("Not hers", (party("Somebody Else"), "CA", 100))
    client = sign_in(nazia.user)
    page = client.get("/my/works/").content.decode()
    assert "Disco Deewane" in page and "Not hers" not in page
    there, nowhere = client.get(f"/my/works/{foreign.uid}/"), client.get(f"/my/works/{uuid.uuid4()}/")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert _without_numbers(there) == _without_numbers(nowhere)


def test_a_work_that_is_only_claimed_by_a_member_is_among_hers(song: Work, sign_in: Any, desk: User) -> None:
    other = make_member("Khan", "Asad", number=78)
    row = song.shares.filter(right="PR").order_by("pk")[0]
    assert row.party
    claims = [NewClaim(other.party, "C", 50 * PERCENT), NewClaim(row.party, row.role, row.share)]
    open_dispute(work=song, right="PR", claims=claims, by=desk, on=clock.today())
    page = sign_in(other.user).get(f"/my/works/{song.uid}/").content.decode()
    assert "Evidence is due by" in page and "Asad Khan" in page


def test_my_works_can_be_narrowed_to_what_needs_a_look(
    song: Work, dispute: Dispute, nazia: Member, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    work("Half Known", (nazia.party, "C", 50), (None, "A", 50))
    work("Chandni Raat", (nazia.party, "CA", 100), original="چاندنی رات", isrc="PKA018100001")
    client = sign_in(nazia.user)
    shown = {
        "": {"Disco Deewane", "Half Known", "Chandni Raat"},
        "?show=disputed": {"Disco Deewane"},
        "?show=open": {"Half Known"},
        "?show=silent": {"Disco Deewane", "Half Known"},
        "?q=ڈسکو": {"Disco Deewane"},
        "?q=chaandni": {"Chandni Raat"},
        "?q=zzz": set(),
    }
    for query, titles in shown.items():
        page = client.get(f"/my/works/{query}").content.decode()
        assert {title for title in shown[""] if title in page} == titles, query
    for number in range(30):
        work(f"Song {number}", (nazia.party, "CA", 100))
    with django_assert_max_num_queries(21):  # eight of the session and the person, seven of what can be distributed
        client.get("/my/works/")


def test_the_files_of_lists_hold_what_is_seen_and_no_formula(
    song: Work, dispute: Dispute, nazia: Member, desk: User, sign_in: Any
) -> None:
    Work.objects.filter(pk=song.pk).update(title=FORMULA)
    work("Second", (nazia.party, "CA", 100))
    member, staff = sign_in(nazia.user), sign_in(desk)
    rows = _rows(member.get("/my/works/?format=csv"))
    assert [row[1] for row in rows[1:]] == [f"'{FORMULA}", "Second"]
    assert rows[1][4] == "30\N{NO-BREAK SPACE}%"
    narrowed = _rows(member.get("/my/works/?show=disputed&format=csv"))
    assert len(narrowed) == 2
    assert f"'{FORMULA}" in [row[1] for row in _rows(staff.get("/staff/works/?format=csv"))]
    assert len(_rows(staff.get("/staff/works/?state=disputed&format=csv"))) == 2
    assert _rows(staff.get("/staff/works/disputes/?format=csv"))[1][1] == f"'{FORMULA}"


def test_the_public_sees_registered_works_and_neither_drafts_nor_refused_ones(song: Work) -> None:
    for state in ("submitted", "refused"):
        Work.objects.filter(pk=song.pk).update(state=state)
        assert Client().get(f"/repertoire/{song.uid}/").status_code == 404
        assert "Disco Deewane" not in Client().get("/repertoire/?q=disco").content.decode()


def test_a_merged_work_leads_to_the_one_that_stands_for_it(song: Work, nazia: Member) -> None:
    standing = work("Disco", (nazia.party, "CA", 100))
    Work.objects.filter(pk=song.pk).update(state="merged", merged_into=standing)
    assert Client().get(f"/repertoire/{song.uid}/")["Location"] == f"/repertoire/{standing.uid}/"


def test_what_people_type_is_shown_as_text(song: Work, nazia: Member, desk: User, sign_in: Any) -> None:
    planted = '"><svg onload=alert(1)>'
    Work.objects.filter(pk=song.pk).update(title=planted, refusal=planted, state="refused")
    report_page = sign_in(desk).get(f"/staff/works/{song.uid}/").content.decode()
    member_page = sign_in(nazia.user).get(f"/my/works/{song.uid}/").content.decode()
    search_page = Client().get("/repertoire/", {"q": planted}).content.decode()
    for page in (report_page, member_page, search_page):
        assert "&lt;svg onload" in page and "<svg onload" not in page


# --- reports


def test_a_report_waits_for_the_desk_and_is_settled_once(song: Work, desk: User, sign_in: Any) -> None:
    key = str(uuid.uuid4())
    answers = [report(song, form_key=key, name="Bilal", email="b@x.example") for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {f"/repertoire/{song.uid}/reported/"}
    kept = WorkReport.objects.get()
    assert (kept.kind, kept.name, kept.email, kept.reported_by) == ("writer", "Bilal", "b@x.example", None)
    client = sign_in(desk)
    assert "It is by Alia." in client.get("/staff/works/reports/").content.decode()
    address = f"/staff/works/reports/{kept.uid}/"
    assert "What was done about it" in client.get(address).content.decode()
    assert client.post(address, {"outcome": ""}).status_code == 200
    client.post(address, {"outcome": "The writer was added."})
    again = client.post(address, {"outcome": "Twice."})
    kept.refresh_from_db()
    assert (kept.state, kept.outcome, kept.settled_by) == ("settled", "The writer was added.", desk)
    assert again.status_code == 200
    assert "It is by Alia." in client.get("/staff/works/reports/?state=settled").content.decode()
    assert "It is by Alia." not in client.get("/staff/works/reports/").content.decode()
    assert verify_chain() == []


def test_a_report_of_a_member_carries_her_account_and_asks_for_no_name(song: Work, nazia: Member, sign_in: Any) -> None:
    client = sign_in(nazia.user)
    assert 'name="email"' not in client.get(f"/repertoire/{song.uid}/report/").content.decode()
    report(song, client, email="somebody@else.example")
    kept = WorkReport.objects.get()
    assert (kept.reported_by, kept.email) == (nazia.user, nazia.user.email)


def test_a_report_without_words_or_of_an_unknown_kind_is_refused_at_its_field(song: Work) -> None:
    assert "Say in a sentence" in report(song, message=" ").content.decode()
    assert report(song, kind="praise").status_code == 200
    assert report(song, form_key="x").status_code == 200
    assert not WorkReport.objects.exists()


def test_one_connection_cannot_flood_the_desk(song: Work) -> None:
    cache.clear()
    codes = [report(song).status_code for _ in range(22)]
    assert codes[:20] == [302] * 20 and codes[20:] == [429, 429]
    cache.clear()


# --- corrections and disputes in the browser


def test_the_desk_replaces_shares_by_looking_for_a_party(song: Work, nazia: Member, desk: User, sign_in: Any) -> None:
    client, alia = sign_in(desk), party("Alia Rahman")
    address = f"/staff/works/{song.uid}/shares/PR/"
    mine = (str(nazia.party.uid), "C", "60")
    world = {"territory": "World", "reason": "Letter", "save": "1"}
    found = client.post(address, owner_rows(mine, find="alia rehman", find_party="1", reason="Letter")).content.decode()
    assert f'value="{alia.uid}"' in found and "Letter" in found
    added = client.post(address, owner_rows(mine, add=str(alia.uid))).content.decode()
    assert added.count("<legend><bdi>") == 2 and "Alia Rahman" in added
    short = client.post(address, owner_rows(mine, (str(alia.uid), "A", "39.99"), **world))
    assert "0.01\N{NO-BREAK SPACE}% is missing" in short.content.decode()
    done = client.post(address, owner_rows(mine, (str(alia.uid), "A", "40"), **world))
    assert done["Location"] == f"/staff/works/{song.uid}/"
    owned = WorkShare.objects.filter(work=song, right="PR").values_list("party__display_name", "share")
    assert sorted(owned) == [("Alia Rahman", 40 * PERCENT), ("Nazia Hassan", 60 * PERCENT)]
    assert "Letter" in client.get(f"/staff/works/{song.uid}/").content.decode()


def test_a_row_ticked_to_go_and_an_owner_nobody_knows_are_understood(
    song: Work, nazia: Member, desk: User, sign_in: Any
) -> None:
    client = sign_in(desk)
    rows = owner_rows(
        (str(nazia.party.uid), "C", ""), ("", "", "100"), territory="World", reason="Nobody knows", save="1"
    )
    client.post(f"/staff/works/{song.uid}/shares/PR/", rows | {"form-0-remove": "on"})
    assert list(WorkShare.objects.filter(work=song, right="PR").values_list("state", "share")) == [
        ("unclaimed", 100 * PERCENT)
    ]


def test_the_desk_opens_a_dispute_and_another_person_settles_it_in_the_browser(
    song: Work, nazia: Member, desk: User, staff: Any, sign_in: Any
) -> None:
    client, zoheb = sign_in(desk), WorkShare.objects.get(work=song, right="MR", role="A")
    other = party("Other Side")
    claims = owner_rows((str(zoheb.party.uid), "A", "50"), (str(other.uid), "A", "30"))  # type: ignore[union-attr]
    missing = client.post(f"/staff/works/{song.uid}/disputes/MR/", {**claims, "kind": "authorship", "save": "1"})
    assert "Say on what the claims rest" in missing.content.decode()
    opened = client.post(
        f"/staff/works/{song.uid}/disputes/MR/",
        {**claims, "kind": "authorship", "territory": "World", "ground": "Letter of 4 May", "save": "1"},
    )
    kept = Dispute.objects.get()
    assert opened["Location"] == f"/staff/works/disputes/{kept.uid}/"
    assert kept.share == 30 * PERCENT
    address = f"/staff/works/disputes/{kept.uid}/"
    shares = {
        f"propose-share_{kept.claims.get(party=owner).pk}": size for owner, size in ((zoheb.party, 20), (other, 30))
    }
    client.post(address, {"act": "propose", "propose-kind": "split", "propose-reason": "A letter.", **shares})
    assert "Confirm" not in client.get(address).content.decode()
    sign_in(staff("approver")).post(address, {"act": "confirm"})
    kept.refresh_from_db()
    assert (kept.closed_on, kept.outcome) == (clock.today(), "A letter.")
    assert WorkShare.objects.get(work=song, right="MR", party=other).share == 30 * PERCENT


def test_the_desk_decides_on_a_work_that_a_member_sent(song: Work, desk: User, sign_in: Any) -> None:
    Work.objects.filter(pk=song.pk).update(state="submitted")
    client = sign_in(desk)
    assert ">Register it<" in client.get(f"/staff/works/{song.uid}/").content.decode()
    client.post(f"/staff/works/{song.uid}/decide/", {"act": "refuse", "reason": ""})
    assert Work.objects.get(pk=song.pk).state == "submitted"
    client.post(f"/staff/works/{song.uid}/decide/", {"act": "accept"})
    assert Work.objects.get(pk=song.pk).state == "registered"


def test_a_right_that_does_not_exist_is_not_found(song: Work, desk: User, sign_in: Any) -> None:
    client = sign_in(desk)
    assert client.get(f"/staff/works/{song.uid}/shares/XX/").status_code == 404
    assert client.get(f"/staff/works/{song.uid}/disputes/pr/").status_code == 404


# --- registration files in the browser


def test_the_desk_hands_in_checks_and_takes_a_file_in_the_browser(desk: User, sign_in: Any) -> None:
    client = sign_in(desk)
    with (DATA / "CW260001SPM_362.V21").open("rb") as stream:
        address = client.post("/staff/registrations/", {"file": stream})["Location"]
    assert "Nothing was taken yet" in client.get(address).content.decode()
    client.post(f"{address}import/")
    client.post(f"{address}import/")
    file = RegistrationFile.objects.get()
    assert (file.state, Work.objects.count()) == ("imported", file.report["accepted"])
    answer = client.get(f"{address}answer/")
    assert answer["Content-Disposition"].startswith('attachment; filename="CW26')
    assert b"".join(answer.streaming_content).startswith(b"HDRSO000000362")
    rejected = client.get(f"{address}?status=AS").content.decode()
    assert rejected.count("<tr><th") <= file.report["accepted"] + 1
    for found in Work.objects.all():
        assert client.get(f"/staff/works/{found.uid}/").status_code == 200


def test_a_refused_upload_says_why_at_the_field(desk: User, sign_in: Any) -> None:
    client = sign_in(desk)
    for content in (b"", b"Title;Writer\nSong;Me\n"):
        upload = io.BytesIO(content)
        upload.name = "list.csv"
        page = client.post("/staff/registrations/", {"file": upload}).content.decode()
        assert "field__error" in page
    assert "Choose the file." in client.post("/staff/registrations/", {}).content.decode()


def test_a_file_is_read_in_the_language_of_who_looks(desk: User, sign_in: Any) -> None:
    client = sign_in(desk)
    with (DATA / "tolerated.V21").open("rb") as stream:
        address = client.post("/staff/registrations/", {"file": stream})["Location"]
    english = client.get(address).content.decode()
    client.cookies["django_language"] = "ur"
    urdu = client.get(address).content.decode()
    assert "Correct the count." in english and "Correct the count." not in urdu


def _rows(answer: Any) -> list[list[str]]:
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def _without_numbers(answer: Any) -> str:
    """The page without what differs on every request: its number in our records and the token of its forms."""
    return re.sub(r"[0-9a-f]{16}|[A-Za-z0-9]{64}|/my/works/[0-9a-f-]{36}/", "", answer.content.decode())
