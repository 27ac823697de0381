"""The pages of like works, merges and splits: found, proposed with the effect shown, confirmed by another, undone."""

import re
import uuid

import pytest

from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.factories.works import party, work
from works.models import DuplicatePair, Regrouping, Work
from works.services.recordings import NewRecording, link_recordings

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(sign_in):
    return sign_in(person("documentation"))


@pytest.fixture
def second(sign_in):
    return sign_in(person("approver"))


@pytest.fixture
def twins() -> tuple[Work, Work]:
    one, two = make_member("Noor").party, make_member("Jahan").party
    return make.song("Chandni Raat", (one, 100)), make.song("Chandni Raat", (one, 50), (two, 50))


def page(client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, response.content[:2000]
    return response.content.decode()


def send(client, url: str, **fields: str) -> str:
    response = client.post(url, fields, follow=True)
    assert response.status_code == 200, response.content[:2000]
    return response.content.decode()


def plain(html: str) -> str:
    return re.sub("<[^>]*>", "", html)


def form_of(one: Work, two: Work, **more: str) -> dict[str, str]:
    given = {"form_key": str(uuid.uuid4()), "reason": "the same song", "right_PR": "work", "right_MR": "work"}
    return given | {"act": "propose"} | more


def test_pairs_are_found_by_a_job_and_listed_with_their_money(clerk, twins, run_jobs) -> None:
    file = make.usage(make.Play("a", twins[0], plays=3), make.Play("b", twins[1]))
    make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    assert "being compared" in send(clerk, "/staff/duplicates/find/")
    run_jobs()
    shown = page(clerk, "/staff/duplicates/")
    assert twins[0].number in shown and "Same title" in shown and "Some writers are the same" not in shown
    assert page(clerk, f"/staff/duplicates/?q={twins[1].number}").count("<tr>") == shown.count("<tr>")
    in_urdu = twins[1].number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    for text in (in_urdu, "چاندنی", "chandani raat"):
        assert twins[0].number in page(clerk, f"/staff/duplicates/?q={text}"), text
    assert twins[0].number not in page(clerk, "/staff/duplicates/?q=pakistan")
    assert twins[0].number in page(clerk, "/staff/duplicates/?format=csv")


def test_a_merge_goes_from_the_pair_to_the_second_person_and_back(clerk, second, twins, run_jobs) -> None:
    one, two = twins
    make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("a", one), make.Play("b", two))]))
    pair = DuplicatePair.objects.create(first=one, second=two, score=9_000, evidence=[["title", 10_000, []]])
    shown = page(clerk, f"/staff/duplicates/{pair.uid}/")
    assert f"{one.number} survives" in shown
    new = f"/staff/works/{one.uid}/merge/?other={two.uid}"
    assert "whose shares survive" in page(clerk, new)
    looked = send(clerk, new, **form_of(one, two, act="look"))
    assert "25.00" in plain(looked) and Regrouping.objects.count() == 0
    key = str(uuid.uuid4())
    for _click in range(2):
        shown = send(clerk, new, **form_of(one, two, form_key=key))
    made = Regrouping.objects.get()
    assert "Another person must confirm it" in shown
    here = f"/staff/merges/{made.uid}/"
    shown = page(second, here)
    seen = shown.split('name="seen" value="')[1][:64]
    assert "25.00" in plain(shown) and "Nothing is posted" in shown
    assert "The two works are one now. It can be undone." in send(second, here + "confirm/", act="confirm", seen=seen)
    two.refresh_from_db()
    assert two.merged_into_id == one.pk
    send(clerk, here + "ask/", act="ask", reason="two songs")
    assert "Undone. Both works are what they were." in send(second, here + "confirm/", act="undo")
    two.refresh_from_db()
    assert two.state == "registered"


def test_a_merged_works_pages_lead_on(client, clerk, second, twins) -> None:
    one, two = twins
    made = Regrouping.objects.count()
    new = f"/staff/works/{one.uid}/merge/?other={two.uid}"
    send(clerk, new, **form_of(one, two))
    here = f"/staff/merges/{Regrouping.objects.get().uid}/"
    seen = page(second, here).split('name="seen" value="')[1][:64]
    send(second, here + "confirm/", act="confirm", seen=seen)
    answer = client.get(f"/repertoire/{two.uid}/")
    assert (answer.status_code, answer["Location"]) == (301, f"/repertoire/{one.uid}/")
    assert "max-age=3600" in answer["Cache-Control"], "a merge can be undone"
    assert one.number in page(clerk, f"/staff/works/{two.uid}/")
    assert made == 0


def test_a_members_page_of_a_merged_work_leads_on(sign_in, twins) -> None:
    one, two = twins
    member = make_member("Owner")
    one.shares.all().delete()
    two.registered_by = member.party
    two.state, two.merged_into = "merged", one
    two.save()
    answer = sign_in(member.user).get(f"/my/works/{two.uid}/") if member.user else None
    assert answer is None or (answer.status_code, answer["Location"]) == (301, f"/my/works/{one.uid}/")


def test_two_works_stand_side_by_side_as_people_write_them(clerk, twins) -> None:
    Work.objects.filter(pk=twins[0].pk).update(language="pa", iswc="T9800000162", duration=230)
    pair = DuplicatePair.objects.create(first=twins[0], second=twins[1], score=9_000)
    shown = page(clerk, f"/staff/duplicates/{pair.uid}/")
    for text in ("Punjabi", "T-980.000.016-2", "3:50", "Length"):
        assert f">{text}<" in shown, text


def test_the_effect_is_shown_before_a_reason_is_given_and_says_on_which_side_money_is_held(clerk, run_jobs) -> None:
    one, two = (make.song("Chandni Raat", (make_member(name).party, 100)) for name in ("Noor", "Jahan"))
    make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("a", one), make.Play("b", two))]))
    new = f"/staff/works/{one.uid}/merge/?other={two.uid}"
    shown = send(clerk, new, **form_of(one, two, act="look", reason="", right_PR="contest"))
    held = plain(shown).split("Paid money that would have been held")[1][:20]
    assert "Rs\N{NO-BREAK SPACE}100.00" in held and "−" not in held
    assert "Reason (optional)" not in " ".join(plain(shown).split())
    refused = send(clerk, new, **form_of(one, two, reason="", right_PR="contest"))
    assert "errors" in refused or "required" in refused
    assert not Regrouping.objects.exists()


def test_pairs_told_apart_leave_the_list(clerk, twins) -> None:
    pair = DuplicatePair.objects.create(first=twins[0], second=twins[1], score=9_000)
    assert "how you know" in send(clerk, f"/staff/duplicates/{pair.uid}/apart/", reason=" ")
    told = send(clerk, f"/staff/duplicates/{pair.uid}/apart/", reason="other words " * 100)
    assert "at most 1000 characters" in told and "other words other words" in told
    send(clerk, f"/staff/duplicates/{pair.uid}/apart/", reason="other words")
    pair.refresh_from_db()
    assert pair.state == "different"


def test_a_split_is_proposed_with_its_usage(clerk, second, run_jobs) -> None:
    song = make.song("Song", (make_member("Noor").party, 100))
    make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("a", song), make.Play("b", song))]))
    link_recordings([(song, NewRecording("PKA012500001", "Song", "Noor Jehan"))])
    url = f"/staff/works/{song.uid}/split/"
    shown = page(clerk, url)
    assert "Noor Jehan" in shown
    key = shown.split('name="texts" value="')[1][:64]
    fields = {f"share_{row.pk}": "stays" for row in song.shares.all()}
    fields |= {"form_key": str(uuid.uuid4()), "title": "Other song", "texts": key, "reason": "two songs"}
    assert "50.00" in plain(send(clerk, url, **fields | {"reason": ""}, act="look"))
    send(clerk, url, **fields, act="propose")
    here = f"/staff/merges/{Regrouping.objects.get().uid}/"
    seen = page(second, here).split('name="seen" value="')[1][:64]
    send(second, here + "confirm/", act="confirm", seen=seen)
    assert Work.objects.filter(title="Other song", state="registered").count() == 1
    assert "It cannot be undone now" not in page(clerk, here)


def test_another_work_is_looked_for_from_the_page_of_a_work(clerk) -> None:
    one, two = work("Song", (party("A B"), "C", 100)), work("Song again", (party("C D"), "C", 100))
    assert f"?other={two.uid}" in page(clerk, f"/staff/works/{one.uid}/merge/?find={two.number}")
