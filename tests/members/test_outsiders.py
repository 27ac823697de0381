"""Parties that are no members: sister societies, the writers for whom they collect, and their tax class."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.audit.models import Act
from members.models import PartyAffiliation, TaxStatus
from members.services.outsiders import affiliate_parties, set_outsider_tax_status
from tests.factories.members import make_member, make_party

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 1, 1)


@pytest.fixture
def society():
    return make_party("Society Abroad", "", kind="society", society_code="901")


def test_a_sister_society_collects_for_its_writers_and_a_second_word_of_it_changes_nothing(society, staff):
    clerk, writers = staff("membership"), [make_party("Fjellborg", "Astrid"), make_party("Havlund", "Nils")]
    affiliations = {"parties": writers, "society": society, "rights": ("PR", "MR"), "by": clerk}
    assert affiliate_parties(**affiliations) == 4
    assert affiliate_parties(**affiliations) == 0
    assert set(PartyAffiliation.objects.values_list("society_code", "territory")) == {("901", "2136")}
    assert Act.objects.filter(verb="affiliate_parties", actor=clerk).count() == 1


def test_a_new_tax_class_of_an_outsider_ends_the_one_before(society, staff):
    clerk = staff("membership")
    for tax_class, day in (("non_resident", FIRST), ("non_resident_treaty", dt.date(2026, 7, 1))):
        set_outsider_tax_status(party=society, tax_class=tax_class, valid_from=day, evidence="treaty", by=clerk)
    rows = TaxStatus.objects.filter(party=society).order_by("valid_from").values_list("tax_class", "valid_to")
    assert list(rows) == [("non_resident", dt.date(2026, 6, 30)), ("non_resident_treaty", None)]
    with pytest.raises(ValidationError):
        set_outsider_tax_status(party=society, tax_class="non_resident", valid_from=FIRST, evidence="treaty", by=clerk)


@pytest.mark.parametrize("changed", [{"evidence": " "}, {"tax_class": ""}])
def test_a_tax_class_needs_a_name_and_what_it_rests_on(society, staff, changed):
    facts = {"tax_class": "non_resident", "evidence": "treaty"} | changed
    with pytest.raises(ValidationError):
        set_outsider_tax_status(party=society, valid_from=FIRST, by=staff("membership"), **facts)
    assert not TaxStatus.objects.exists()


def test_a_members_tax_class_is_set_on_her_membership_alone(staff):
    member = make_member(tax_class=None)
    with pytest.raises(ValidationError):
        set_outsider_tax_status(
            party=member.party, tax_class="resident_active", valid_from=FIRST, evidence="x", by=staff("membership")
        )


def test_outsiders_are_the_membership_desks_alone(society, staff):
    with pytest.raises(PermissionDenied):
        affiliate_parties(parties=[], society=society, rights=("PR",), by=staff("finance"))
    with pytest.raises(PermissionDenied):
        set_outsider_tax_status(
            party=society, tax_class="non_resident", valid_from=FIRST, evidence="x", by=staff("finance")
        )
