"""P6: what the public learns of a work, and what stays between the sides of a dispute."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from cmo_portal.common import clock
from members.models import Mandate, Member, Party, PartyAffiliation
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from works.models import Dispute, Work, WorkIdentifier, WorkShare
from works.models.works import WHOLE
from works.queries.public_works import PublicRight, is_confirmed, public_rights
from works.queries.work_pages import listed
from works.services.agreement_faults import sweep_agreements
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.recordings import NewPerformer, NewRecording, link_recordings


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


def performing(song: Work) -> PublicRight:
    return next(right for right in public_rights(song, on=clock.today()) if right.right == "PR")


def page(song: Work) -> str:
    answer = Client().get(f"/repertoire/{song.uid}/")
    assert answer.status_code == 200 and len(answer.content) < 60_000
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def test_a_work_of_members_alone_is_confirmed_and_can_be_licensed(nazia: Member) -> None:
    song = work("Disco Deewane", (nazia.party, "CA", 100), original="ڈسکو دیوانے")
    right = performing(song)
    assert (right.licensable, right.elsewhere, right.unrepresented, right.open) == (100 * PERCENT, 0, 0, 0)
    assert is_confirmed(public_rights(song, on=clock.today()))
    told = page(song)
    assert "Confirmed" in told and "The society may license all of this right." in told and "ڈسکو دیوانے" in told


def test_what_is_foreign_unrepresented_and_unknown_is_told_apart(nazia: Member) -> None:
    abroad, free = party("Foreign Writer"), party("Free Writer")
    PartyAffiliation.objects.create(party=abroad, society_code="052", right="PR")
    song = work("Song", (nazia.party, "C", 40), (abroad, "A", 30), (free, "A", 20), (None, "A", 10))
    right = performing(song)
    assert (right.licensable, right.elsewhere, right.unrepresented) == (40 * PERCENT, 30 * PERCENT, 20 * PERCENT)
    assert (right.open, right.unclaimed, right.is_confirmed) == (10 * PERCENT, 10 * PERCENT, False)
    told = page(song)
    assert "The society may license 40 % of this right." in told
    assert "30 % belongs to people whom a sister society represents" in told
    assert "20 % belongs to people whom no society we know of represents" in told
    assert "Owner not known yet" in told and "Confirmed" not in told


def test_words_of_nobody_are_free_and_not_open(nazia: Member) -> None:
    song = work("Dama Dam", (nazia.party, "C", 50), (None, "A", 50))
    song.public_domain_elements.create(element="words", reason="folk")
    right = performing(song)
    assert (right.licensable, right.free, right.open, right.unclaimed) == (50 * PERCENT, 50 * PERCENT, 0, 0)
    assert "Confirmed" in page(song) and "Public domain" in page(song) and "Owner not known" not in page(song)
    assert "Confirmed" in strip_tags(Client().get("/repertoire/?q=dama+dam").content.decode())


def test_what_waits_for_co_writers_is_told_as_that_and_names_nobody(nazia: Member) -> None:
    song = work("Naya Geet", (nazia.party, "C", 60), (party("Quiet Writer"), "A", 40))
    song.shares.update(state="unconfirmed")
    right = performing(song)
    assert (right.unconfirmed, right.open, right.owners, right.is_confirmed) == (100 * PERCENT, 0, (), False)
    told = page(song)
    assert "Waiting for the co-writers’ confirmation" in told and "not all co-writers have confirmed" in told
    assert "Owner not known" not in told and "Quiet Writer" not in told
    song.shares.filter(party=nazia.party).update(state="unclaimed", party=None)
    right = performing(song)
    assert (right.unconfirmed, right.open) == (40 * PERCENT, 60 * PERCENT)
    assert "Owner not known yet" in page(song) and "Not everything is known" in page(song)


def test_a_part_that_an_agreement_brings_to_us_can_be_licensed(nazia: Member, staff: Any) -> None:
    abroad = party("Far Publisher")
    song = work("Song", (abroad, "E", 100))
    assert performing(song).licensable == 0
    sides = (NewSide(abroad, "AS", (0,) * 3), NewSide(nazia.party, "AC", (WHOLE,) * 3))
    record_agreement(new=NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides), by=staff("documentation"))
    right = performing(song)
    assert (right.licensable, [owner.name for owner in right.owners]) == (100 * PERCENT, ["Far Publisher"])


def passes_on(giver: Party, taker: Party, by: Any) -> None:
    sides = (NewSide(giver, "AS", (0,) * 3), NewSide(taker, "AC", (WHOLE,) * 3))
    record_agreement(new=NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides), by=by)


def contradicted(song: Work) -> list[int]:
    return [right.contradicted for right in public_rights(song, on=clock.today())]


def test_a_part_whose_agreements_contradict_is_told_as_that_and_the_work_is_not_confirmed(
    nazia: Member, staff: Any
) -> None:
    firm, free, by = party("Mehran Songs"), party("Free Writer"), staff("documentation")
    song = work("Naya Geet", (nazia.party, "C", 60), (firm, "E", 30), (free, "A", 10))
    for taker in ("First Firm", "Second Firm"):
        passes_on(firm, party(taker), by)
    right = performing(song)
    assert (right.contradicted, right.unrepresented, right.licensable) == (30 * PERCENT, 10 * PERCENT, 60 * PERCENT)
    assert not right.is_confirmed and not is_confirmed(public_rights(song, on=clock.today()))
    told = page(song)
    assert "30 % cannot be licensed now: agreements about it in our books contradict each other." in told
    assert "10 % belongs to people whom no society" in told and "Not everything is known or agreed yet" in told
    assert "Confirmed" not in told
    song.shares.filter(party=nazia.party).update(state="unconfirmed")
    assert "Not everything is known or agreed yet" in page(song), "not the co-writers' word alone is missing"


def test_a_part_whose_agreements_lead_in_a_circle_is_told_as_contradicted(nazia: Member, staff: Any) -> None:
    firm, other, by = party("Mehran Songs"), party("Other Firm"), staff("documentation")
    song = work("Naya Geet", (nazia.party, "C", 60), (firm, "E", 40))
    passes_on(firm, other, by)
    assert contradicted(song) == [0, 0]
    passes_on(other, firm, by)
    assert contradicted(song) == [40 * PERCENT] * 2
    assert performing(song).unrepresented == 0


def test_lists_tell_a_work_whose_agreements_contradict_each_other(nazia: Member, staff: Any) -> None:
    firm, by = party("Mehran Songs"), staff("documentation")
    song, sound = work("Naya Geet", (nazia.party, "C", 60), (firm, "E", 40)), work("Naya Din", (nazia.party, "CA", 100))
    for taker in ("First Firm", "Second Firm"):
        passes_on(firm, party(taker), by)
    sweep_agreements(on=clock.today(), now=clock.now(), told=lambda done, total: None, held=lambda: None)
    assert [row.documented for row in listed([song, sound], on=clock.today())] == ["contradicted", "whole"]
    told = strip_tags(Client().get("/repertoire/?q=naya+geet").content.decode())
    assert "Agreements contradict each other" in told and "Confirmed" not in told


def test_a_member_without_a_mandate_whom_another_society_represents_is_elsewhere(nazia: Member) -> None:
    song = work("Song", (nazia.party, "CA", 100))
    Mandate.objects.filter(member=nazia, right="PR").update(valid_from="2001-01-01", valid_to="2002-01-01")
    assert (performing(song).elsewhere, performing(song).unrepresented) == (0, 100 * PERCENT)
    PartyAffiliation.objects.create(party=nazia.party, society_code="052", right="PR")
    assert (performing(song).elsewhere, performing(song).unrepresented) == (100 * PERCENT, 0)


def test_a_mandate_that_ended_or_is_for_another_right_gives_no_licence(nazia: Member) -> None:
    song = work("Song", (nazia.party, "CA", 100))
    Mandate.objects.filter(member=nazia, right="PR").update(valid_from="2001-01-01", valid_to="2002-01-01")
    rights = {right.right: right.licensable for right in public_rights(song, on=clock.today())}
    assert rights == {"PR": 0, "MR": 100 * PERCENT}
    assert "The society may not license this right on its own." in page(song)


def test_a_contested_part_is_a_figure_without_a_name(nazia: Member) -> None:
    rival, today = party("Rival Claimant"), clock.today()
    song = work("Disco Deewane", (nazia.party, "C", 80), (rival, "A", 20))
    dispute = Dispute.objects.create(work=song, right="PR", share=20 * PERCENT, opened_on=today, deadline=today)
    claimed = WorkShare.objects.filter(work=song, party=rival)
    claimed.filter(right="MR").update(party=nazia.party)
    claimed.filter(right="PR").update(state="disputed", dispute=dispute)  # as claims may stand in the rows
    right = performing(song)
    assert right.disputed == 20 * PERCENT and not right.is_confirmed
    for told in (page(song), strip_tags(Client().get("/repertoire/?q=disco").content.decode())):
        assert "Rival" not in told and "Confirmed" not in told
    assert "Contested part" in page(song) and "20 %" in page(song)


def test_shares_for_other_countries_are_not_added_to_those_that_hold_here(nazia: Member) -> None:
    song = work("Song", (nazia.party, "CA", 100))
    WorkShare.objects.filter(work=song, right="PR").update(territory="0356")
    assert [right.right for right in public_rights(song, on=clock.today())] == ["MR"]


def test_numbers_and_recordings_stand_on_the_page(nazia: Member) -> None:
    song = work("Disco Deewane", (nazia.party, "CA", 100), iswc="T0345246801")
    WorkIdentifier.objects.create(work=song, issuer="SPM", value="ABC-123")
    performers = (NewPerformer("Nazia Hassan", "نازیہ حسن"), NewPerformer("Zoheb Hassan"))
    recorded = NewRecording("PKA018100001", "Disco Deewane", version_title="Live", performers=performers)
    link_recordings([(song, recorded)])
    told = page(song)
    for text in (
        song.number,
        "T-034.524.680-1",
        "PK-A01-81-00001",
        "SPM",
        "ABC-123",
        "نازیہ حسن",
        "Zoheb Hassan",
        "Live",
    ):
        assert text in told, text


def test_a_claim_leads_to_sign_in_and_then_to_the_form(nazia: Member, sign_in: Any) -> None:
    song = work("Disco Deewane", (party("Somebody"), "CA", 100))
    address = f"/repertoire/{song.uid}/claim/"
    assert address in Client().get(f"/repertoire/{song.uid}/").content.decode()
    sent = Client().get(address)
    assert sent.status_code == 302 and sent["Location"] == f"/account/login/?next={address}"
    assert sign_in(nazia.user).get(address)["Location"] == f"/my/works/{song.uid}/claim/"
    assert "Whose share do you claim?" in sign_in(nazia.user).get(f"/my/works/{song.uid}/claim/").content.decode()
    hers = work("Only hers", (nazia.party, "CA", 100))
    page = sign_in(nazia.user).get(f"/my/works/{hers.uid}/claim/").content.decode()
    assert "there is nothing to claim here" in page and "Whose share do you claim?" not in page
    assert f"/repertoire/{hers.uid}/report/" in page


def test_the_page_costs_a_fixed_number_of_queries(nazia: Member, django_assert_max_num_queries: Any) -> None:
    song = work("Song", (nazia.party, "C", 50), *((party(f"Writer {n}"), "A", 10) for n in range(5)))
    link_recordings([(song, NewRecording(f"PKA0181{n:05d}", "Song", "A, B")) for n in range(9)])
    with django_assert_max_num_queries(22):
        Client().get(f"/repertoire/{song.uid}/")
