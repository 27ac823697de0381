"""C12: a member registers a work in four steps, finds it again if she stops, and sends it once."""

import re
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client

from cmo_portal.common import clock
from members.models import Member
from tests.factories.members import make_member, make_party
from tests.factories.works import PERCENT, work
from works.models import Work, WorkDraft, WorkShare
from works.services.describing import NewDescription
from works.services.drafts import decide_submitted, equal_parts, save_step, send_draft, start_draft
from works.services.recordings import NewRecording, link_recordings
from works.services.typed_descriptions import typed_description, with_works_of_ours

TITLE = {"title": "Chandni Raat", "title_original": "چاندنی رات", "language": "ur", "minutes": "4", "seconds": "5"}
START = "/my/works/registrations/"


@pytest.fixture
def member(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


@pytest.fixture
def client(member: Member, sign_in: Any) -> Client:
    browser: Client = sign_in(member.user)
    return browser


def begin(client: Client) -> str:
    """The address of the first step of a new registration."""
    answer = client.post(START)
    assert answer.status_code == 302
    return str(answer["Location"]).removesuffix("title/")


def rows(*people: tuple[str, str, str, str], **more: str) -> dict[str, str]:
    """The rows as a browser sends them: name (the first is one's own), role, performing, mechanical."""
    data = {"form-TOTAL_FORMS": str(len(people)), "form-INITIAL_FORMS": "0", **more}
    for place, (name, role, performing, mechanical) in enumerate(people):
        values = {"name": name, "role": role, "performing": performing, "mechanical": mechanical, "ipi": ""}
        data |= {f"form-{place}-{field}": value for field, value in values.items()}
    return data


def filled(client: Client, *people: tuple[str, str, str, str], title: dict[str, str] | None = None) -> str:
    """A registration that waits at its last step."""
    draft = begin(client)
    client.post(f"{draft}title/", title or TITLE)
    client.post(f"{draft}known/", {"another": "on"})
    answer = client.post(f"{draft}shares/", rows(*people))
    assert answer.status_code == 302, re.findall(r"field__error.*?</div>", answer.content.decode(), re.S)
    return draft


def test_four_steps_register_a_work_with_its_shares(client: Client, member: Member) -> None:
    draft = begin(client)
    assert "Step 1 of 4" in client.get(f"{draft}title/").content.decode()
    assert client.post(f"{draft}title/", TITLE)["Location"].endswith("/shares/")
    assert "Step 3 of 4" in client.get(f"{draft}shares/").content.decode()
    people = rows(("", "C", "50", ""), ("Bilal Hussain", "A", "50", "۵۰"))
    assert client.post(f"{draft}shares/", people)["Location"].endswith("/check/")
    page = client.get(f"{draft}check/").content.decode()
    assert "Step 4 of 4" in page and "Chandni Raat" in page and "چاندنی رات" in page
    answer = client.post(f"{draft}check/")
    song = Work.objects.get()
    assert answer["Location"] == f"/my/works/{song.uid}/"
    assert (song.state, song.duration, song.registered_by) == ("registered", 245, member.party)
    owned = WorkShare.objects.filter(work=song).values_list("right", "party__display_name", "share")
    expected = [(right, name, 50 * PERCENT) for right in ("MR", "PR") for name in ("Bilal Hussain", "Nazia Hassan")]
    assert sorted(owned) == expected


def test_a_registration_takes_no_recording_that_stands_with_a_work_of_others(client: Client) -> None:
    draft = filled(client, ("", "CA", "100", ""), title={**TITLE, "isrc": "PK-ABC-26-00001"})
    link_recordings([(work("Another", (make_party("X", "Y"), "CA", 100)), NewRecording("PKABC2600001"))])
    assert "PK-ABC-26-00001 is linked to another work" in client.post(f"{draft}check/").content.decode()
    assert Work.objects.count() == 1


def test_what_was_typed_is_found_again_under_my_works(client: Client) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    page = client.get("/my/works/").content.decode()
    assert "Unfinished registrations" in page and f"{draft}shares/" in page
    assert 'value="Chandni Raat"' in client.get(f"{draft}title/").content.decode()


def test_a_second_start_without_a_word_typed_uses_the_same_draft(client: Client) -> None:
    assert begin(client) == begin(client)
    assert WorkDraft.objects.count() == 1


def test_an_unfinished_registration_can_be_discarded_and_a_sent_one_not(client: Client, member: Member) -> None:
    draft = begin(client)
    client.post(f"{draft}discard/")
    assert not WorkDraft.objects.exists()
    sent = filled(client, ("", "CA", "100", ""))
    client.post(f"{sent}check/")
    assert client.post(f"{sent}discard/").status_code == 404
    assert WorkDraft.objects.get().work is not None


def test_works_that_look_alike_are_shown_before_more_is_typed(client: Client, member: Member) -> None:
    work("Chaandni Raat", (member.party, "CA", 100), original="چاندنی رات")
    draft = begin(client)
    assert client.post(f"{draft}title/", TITLE)["Location"].endswith("/known/")
    page = client.get(f"{draft}known/").content.decode()
    assert "Chaandni Raat" in page and "Nazia Hassan" in page
    refused = client.post(f"{draft}known/", {})
    assert refused.status_code == 200 and "tick this box" in refused.content.decode()
    assert client.post(f"{draft}known/", {"another": "on"})["Location"].endswith("/shares/")


def test_a_work_with_the_title_of_another_waits_for_the_documentation_desk(
    client: Client, member: Member, staff: Any
) -> None:
    work("Chandni Raat", (member.party, "CA", 100))
    draft = filled(client, ("", "CA", "100", ""))
    assert "compares the two" in client.get(f"{draft}check/").content.decode()
    client.post(f"{draft}check/")
    song = Work.objects.get(registered_by=member.party)
    assert song.state == "submitted"
    assert Client().get(f"/repertoire/{song.uid}/").status_code == 404
    with pytest.raises(PermissionDenied):
        decide_submitted(work=song, accept=True, reason="", by=staff("membership"), now=clock.now())
    with pytest.raises(ValidationError, match="Say why"):
        decide_submitted(work=song, accept=False, reason=" ", by=staff("documentation"), now=clock.now())
    decide_submitted(work=song, accept=False, reason="It is W0000001.", by=staff("documentation"), now=clock.now())
    assert "It is W0000001." in client.get(f"/my/works/{song.uid}/").content.decode()
    with pytest.raises(ValidationError, match="decided already"):
        decide_submitted(work=song, accept=True, reason="", by=staff("documentation"), now=clock.now())


def arranged(client: Client, **more: str) -> str:
    """An arrangement of "Chand Ka Jhoomar" by the member alone, up to its last step."""
    draft = begin(client)
    source = {"made_from": "arrangement", "source_title": "chand ka jhoomar"} | more
    client.post(f"{draft}title/", {"title": "Jhoomar Remix", **source})
    client.post(f"{draft}shares/", rows(("", "AR", "100", "")))
    return draft


def test_an_arrangement_of_a_work_of_others_says_so_and_waits_for_the_documentation_desk(
    client: Client, member: Member, staff: Any, sign_in: Any
) -> None:
    source = work("Chand Ka Jhoomar", (member.party, "C", 55), (make_party("Shah", "Carim"), "A", 45))
    draft = arranged(client)
    page = client.get(f"{draft}check/").content.decode()
    assert "others own shares" in page and source.number in page and "Everybody you name" not in page
    client.post(f"{draft}check/")
    song = Work.objects.get(registered_by=member.party)
    assert (song.state, song.sources.get().source) == ("submitted", source)
    desk = sign_in(staff("documentation")).get(f"/staff/works/{song.uid}/").content.decode()
    assert "made from a work of which others own shares" in desk and str(source.uid) in desk
    assert "its title is registered already" not in desk


@pytest.mark.parametrize("named", ["number", "iswc"])
def test_a_source_is_found_by_its_number_and_its_iswc(named: str, client: Client, member: Member) -> None:
    source = work("Chand Ka Jhoomar", (make_party("Shah", "Carim"), "CA", 100), iswc="T0345246801")
    client.post(f"{arranged(client, source_title=getattr(source, named))}check/")
    song = Work.objects.get(registered_by=member.party)
    assert (song.state, song.sources.get().source) == ("submitted", source)


def test_an_arrangement_of_a_work_of_her_own_is_registered_at_once(client: Client, member: Member) -> None:
    source = work("Chand Ka Jhoomar", (member.party, "CA", 100))
    draft = arranged(client)
    assert "others own shares" not in client.get(f"{draft}check/").content.decode()
    client.post(f"{draft}check/")
    song = Work.objects.get(registered_by=member.party)
    assert (song.state, song.sources.get().source) == ("registered", source)


def test_a_source_of_other_writers_is_not_linked_and_one_of_several_neither(client: Client, member: Member) -> None:
    carim, asad = make_party("Shah", "Carim"), make_party("Khan", "Asad")
    one = work("Chand Ka Jhoomar", (carim, "CA", 100))
    client.post(f"{arranged(client, source_writers='Rashid Attre')}check/")
    song = Work.objects.get(registered_by=member.party)
    assert (song.state, song.sources.get().source) == ("submitted", None)
    work("Chand Ka Jhoomar", (asad, "CA", 100))
    assert with_works_of_ours(_arrangement("Chand Ka Jhoomar")).sources[0].source is None
    assert with_works_of_ours(_arrangement("Chand Ka Jhoomar", "Carim Shah")).sources[0].source == one


def _arrangement(title: str, writers: str = "") -> NewDescription:
    return typed_description({"made_from": "arrangement", "source_title": title, "source_writers": writers})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("33.33", "33.33", "33.33"), "add up to 99.99\N{NO-BREAK SPACE}%: 0.01\N{NO-BREAK SPACE}% is missing"),
        (("50", "50", "0.01"), "add up to 100.01\N{NO-BREAK SPACE}%: 0.01\N{NO-BREAK SPACE}% too much"),
        (("fifty", "50", "0"), "“fifty” is not a share"),
        (("-1", "50", "51"), "“-1” is not a share"),
        (("50.00001", "50", "0"), "“50.00001” has too many decimals"),
        (("100.5", "0", "0"), "“100.5” is not a share"),
        (("50", "50", ""), "Give the share in percent"),
    ],
)
def test_shares_that_do_not_fit_are_refused_at_their_field(
    typed: tuple[str, str, str], words: str, client: Client
) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    one, two, three = typed
    people = rows(("", "C", one, ""), ("Bilal Hussain", "A", two, ""), ("Carim Shah", "A", three, ""))
    answer = client.post(f"{draft}shares/", people)
    page = answer.content.decode().replace("&amp;", "&")
    assert answer.status_code == 200
    assert words in page and "field__error" in page and "need" in page
    assert WorkDraft.objects.get().answers.get("shares") is None


def test_a_sum_that_both_rights_share_is_told_once(client: Client) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    same = client.post(f"{draft}shares/", rows(("", "C", "50", ""), ("Bilal Hussain", "A", "40", "")))
    assert len(set(re.findall(r"The (\w+) shares add up", same.content.decode()))) == 1
    apart = client.post(f"{draft}shares/", rows(("", "C", "50", "60"), ("Bilal Hussain", "A", "40", "")))
    assert len(set(re.findall(r"The (\w+) shares add up", apart.content.decode()))) == 1
    both = client.post(f"{draft}shares/", rows(("", "C", "50", "70"), ("Bilal Hussain", "A", "40", "")))
    assert len(set(re.findall(r"The (\w+) shares add up", both.content.decode()))) == 2


def test_nobody_is_said_to_be_asked_where_nobody_else_is_named(client: Client) -> None:
    alone = filled(client, ("", "CA", "100", ""))
    assert "Everybody you name" not in client.get(f"{alone}check/").content.decode()
    together = filled(client, ("", "C", "50", ""), ("Bilal Hussain", "A", "50", ""))
    assert "Everybody you name" in client.get(f"{together}check/").content.decode()


def test_a_row_left_blank_is_no_person_and_a_share_without_a_name_asks_for_it(client: Client) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    nameless = client.post(f"{draft}shares/", rows(("", "C", "50", ""), ("", "A", "50", "")))
    assert "Write the name, or empty the whole row." in nameless.content.decode()
    blank = client.post(f"{draft}shares/", rows(("", "C", "100", ""), ("", "", "", "")))
    assert blank.status_code == 302
    assert len(WorkDraft.objects.get().answers["shares"]) == 1


def test_two_buttons_help_without_a_script(client: Client) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    people = [("", "C", "", ""), ("Bilal Hussain", "A", "", ""), ("Carim Shah", "A", "", "")]
    more = client.post(f"{draft}shares/", rows(*people, add="1")).content.decode()
    assert 'name="form-3-name"' in more and 'value="Bilal Hussain"' in more
    equal = client.post(f"{draft}shares/", rows(*people, equal="1")).content.decode()
    assert 'value="33.3334"' in equal and equal.count('value="33.3333"') == 4
    assert sum(equal_parts(3)) == 100 * PERCENT


def test_a_name_that_is_known_is_asked_for_and_its_share_goes_to_the_known_party(client: Client) -> None:
    bilal = make_party("Hussain", "Bilal", original="بلال حسین")
    draft = filled(client, ("", "C", "50", ""), ("bilal  hussain", "A", "50", ""))
    page = client.get(f"{draft}check/").content.decode()
    assert "Who is bilal hussain?" in page and "بلال حسین" in page
    client.post(f"{draft}check/", {"person-1": str(bilal.uid)})
    assert WorkShare.objects.filter(work=Work.objects.get(), party=bilal).count() == 2


def test_somebody_else_of_a_known_name_becomes_a_party_of_her_own(client: Client) -> None:
    bilal = make_party("Hussain", "Bilal")
    draft = filled(client, ("", "C", "50", ""), ("Bilal Hussain", "A", "50", ""))
    client.post(f"{draft}check/", {"person-1": "new"})
    assert not WorkShare.objects.filter(party=bilal).exists()
    assert WorkShare.objects.filter(party__display_name="Bilal Hussain").exists()


def test_a_party_that_was_not_offered_cannot_be_chosen(client: Client) -> None:
    make_party("Hussain", "Bilal")
    stranger = make_party("Stranger", "A")
    draft = filled(client, ("", "C", "50", ""), ("Bilal Hussain", "A", "50", ""))
    assert client.post(f"{draft}check/", {"person-1": str(stranger.uid)}).status_code == 200
    assert not Work.objects.exists()


def test_an_ipi_name_number_finds_its_party_without_asking(client: Client) -> None:
    bilal = make_party("Hussain", "Bilal", ipi="00000000395")
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    people = rows(("", "C", "50", ""), ("B. Hussain", "A", "50", "")) | {"form-1-ipi": "395"}
    refused = client.post(f"{draft}shares/", people | {"form-1-ipi": "00000000396"})
    assert "not a correct IPI name number" in refused.content.decode()
    client.post(f"{draft}shares/", people)
    client.post(f"{draft}check/")
    assert WorkShare.objects.filter(party=bilal).exists()


def test_an_ipi_name_number_with_another_name_registers_nothing_and_tells_no_name(client: Client) -> None:
    make_party("Hussain", "Bilal", ipi="00000000395")
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    client.post(f"{draft}shares/", rows(("", "C", "50", ""), ("Carim Shah", "A", "50", "")) | {"form-1-ipi": "395"})
    page = client.post(f"{draft}check/").content.decode()
    assert "belongs to somebody of another name than Carim Shah" in page and "Bilal" not in page
    assert not Work.objects.exists()


def test_one_ipi_name_number_stands_with_one_name(client: Client) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    people = rows(("", "C", "50", ""), ("Carim Shah", "A", "25", ""), ("Dina Baig", "C", "25", ""))
    client.post(f"{draft}shares/", people | {"form-1-ipi": "395", "form-2-ipi": "395"})
    page = client.post(f"{draft}check/").content.decode()
    assert "belongs to somebody of another name than Dina Baig" in page
    assert not Work.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "چاندنی رات", "Roman letters"),
        ("title", "…", "Roman letters"),
        ("title", "", "required"),
        ("iswc", "T-034.524.680-2", "not a correct ISWC"),
        ("isrc", "PK-ABC-26-1", "not an ISRC"),
        ("performer", "Nazia", "Give the ISRC"),
        ("minutes", "-1", "field__error"),
        ("seconds", "60", "field__error"),
    ],
)
def test_a_wrong_title_page_says_at_the_field_what_to_do(field: str, value: str, words: str, client: Client) -> None:
    draft = begin(client)
    answer = client.post(f"{draft}title/", TITLE | {field: value})
    assert answer.status_code == 200 and words in answer.content.decode()


def test_numbers_of_other_works_are_refused_at_the_first_step(client: Client, member: Member) -> None:
    work("Another", (make_party("Somebody"), "CA", 100), iswc="T0345246801", isrc="PKABC2600001")
    draft = begin(client)
    answer = client.post(f"{draft}title/", TITLE | {"iswc": "T-034.524.680-1", "isrc": "PK-ABC-26-00001"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "belongs to" in page and "is linked to another work already" in page
    assert WorkDraft.objects.get().answers == {}


def test_a_recording_of_ones_own_work_may_be_named_for_another(client: Client, member: Member) -> None:
    work("Mine", (member.party, "CA", 100), isrc="PKABC2600001")
    answer = client.post(f"{begin(client)}title/", TITLE | {"isrc": "PK-ABC-26-00001"})
    assert answer.status_code == 302


def test_an_iswc_that_another_work_got_meanwhile_is_refused_at_the_end_with_words(
    client: Client, member: Member
) -> None:
    draft = filled(client, ("", "CA", "100", ""), title=TITLE | {"iswc": "T-034.524.680-1"})
    work("Another", (member.party, "CA", 100), iswc="T0345246801")
    answer = client.post(f"{draft}check/")
    assert answer.status_code == 200 and "belongs to" in answer.content.decode()
    assert Work.objects.count() == 1


def test_a_step_that_was_jumped_over_is_asked_for(client: Client) -> None:
    draft = begin(client)
    assert client.get(f"{draft}check/")["Location"].endswith("/title/")
    client.post(f"{draft}title/", TITLE)
    assert client.get(f"{draft}check/")["Location"].endswith("/shares/")


def test_sending_twice_gives_one_work_and_the_same_page(client: Client) -> None:
    draft = filled(client, ("", "CA", "100", ""))
    first, second = client.post(f"{draft}check/"), client.post(f"{draft}check/")
    assert first["Location"] == second["Location"]
    assert Work.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_give_one_work(sign_in: Any) -> None:
    member = make_member("Hassan", "Nazia", number=77)
    filled(sign_in(member.user), ("", "CA", "100", ""))
    draft, gate, found = WorkDraft.objects.get(), threading.Barrier(2), []

    def click() -> None:
        gate.wait()
        try:
            found.append(send_draft(draft=draft, by=member.user, persons={}, is_doubtful=False, now=clock.now()).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and len(set(found)) == 1
    assert Work.objects.count() == 1


def test_the_draft_of_another_member_does_not_exist_for_me(client: Client, sign_in: Any) -> None:
    other = sign_in(make_member("Khan", "Asad", number=78).user)
    draft = filled(other, ("", "CA", "100", ""))
    for step in ("title/", "known/", "shares/", "check/"):
        assert client.get(draft + step).status_code == 404
        assert client.post(draft + step, TITLE).status_code == 404
    assert client.post(f"{draft}discard/").status_code == 404
    assert WorkDraft.objects.count() == 1


def test_fields_that_the_form_does_not_have_change_nothing(client: Client, member: Member) -> None:
    draft = filled(client, ("", "CA", "100", ""))
    client.post(f"{draft}check/", {"state": "refused", "number": "W9999999", "registered_by": "1", "is_doubtful": "1"})
    song = Work.objects.get()
    assert (song.state, song.number == "W9999999", song.registered_by) == ("registered", False, member.party)


def test_a_found_person_in_two_rows_is_one_party(member: Member) -> None:
    zoheb = make_member("Hassan", "Zoheb")
    found = {"name": "Zoheb Hassan", "ipi": "", "found": str(zoheb.party.uid), "mechanical": 0}
    draft = start_draft(party=member.party)
    rows = [
        {"own": True, "role": "C", "performing": 500_000, "mechanical": 0},
        {**found, "role": "A", "performing": 300_000},
        {**found, "role": "AR", "performing": 200_000},
    ]
    for step, answers in (("title", {"title": "Yaad"}), ("known", "another"), ("shares", rows)):
        draft = save_step(draft=draft, step=step, answers=answers)
    send_draft(draft=draft, by=member.user, persons={}, is_doubtful=False, now=clock.now())
    assert set(WorkShare.objects.values_list("party", "role")) == {
        (member.party.pk, "C"), (zoheb.party.pk, "A"), (zoheb.party.pk, "AR"),
    }  # fmt: skip
    assert WorkDraft.objects.get().work is not None


def test_a_song_with_an_urdu_title_alone_asks_for_the_roman_one_in_plain_words_and_keeps_what_was_typed(
    client: Client,
) -> None:
    draft = begin(client)
    answer = client.post(f"{draft}title/", {"title": "چاندنی رات", "title_original": ""})
    page = answer.content.decode()
    assert answer.status_code == 200 and "as you would in a text message" in page
    assert 'name="title_original" value="چاندنی رات"' in page, "typed once, it stands where it belongs"
    sent = client.post(f"{draft}title/", {"title": "Chandni Raat", "title_original": "چاندنی رات"})
    assert sent["Location"].endswith("/shares/")


def test_two_urdu_titles_lose_neither(client: Client) -> None:
    draft = begin(client)
    page = client.post(f"{draft}title/", {"title": "چاندنی رات", "title_original": "رات چاندنی"}).content.decode()
    assert 'value="چاندنی رات"' in page and 'value="رات چاندنی"' in page and "Write this title in Roman letters" in page


def test_who_opens_the_address_of_the_start_button_finds_her_works(client: Client) -> None:
    answer = client.get(START)
    assert (answer.status_code, answer["Location"]) == (302, "/my/works/")
    assert not WorkDraft.objects.exists()
