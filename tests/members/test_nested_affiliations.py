"""Areas that two societies hold of one party nest, so that it is never left to chance who collects."""

import datetime as dt
import threading
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.accounts.models import User
from members.models import Party, PartyAffiliation
from members.queries.collectors import collectors_of
from members.rules.territories import area_written
from members.services.affiliations import affiliate_party, end_affiliation
from members.services.areas import write_area
from tests.factories.members import make_party

DAY = dt.date(2026, 1, 1)
PAKISTAN, INDIA, BANGLADESH, ASIA, WORLD = "0586", "0356", "0050", "2106", "2136"


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


def affiliated(party: Party, desk: User, code: str, territory: str, **changes: Any) -> list[PartyAffiliation]:
    facts = {"rights": ["MR"], "valid_from": None, "valid_to": None, "reason": "letter", **changes}
    return affiliate_party(party=party, society_code=code, territory=territory, by=desk, **facts)


def collector(party: Party, territory: str, on: dt.date = DAY) -> object:
    found = collectors_of([party.pk], on=on, right="MR", territory=territory)[party.pk]
    return Party.objects.get(pk=found).society_code if isinstance(found, int) else found


def test_areas_that_overlap_crosswise_are_refused_and_the_other_is_named(desk: User) -> None:
    party = make_party()
    affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}", valid_from=DAY)
    with pytest.raises(ValidationError) as refused:
        affiliated(party, desk, "058", f"{PAKISTAN}+{INDIA}")
    [text] = refused.value.message_dict["territory"]
    for named in ("035", "Bangladesh", "2026", "overlap"):
        assert named in text
    assert PartyAffiliation.objects.count() == 1
    affiliated(party, desk, "058", f"{PAKISTAN}+{INDIA}", valid_to=DAY - dt.timedelta(days=1))
    affiliated(party, desk, "058", f"{PAKISTAN}+{INDIA}", rights=["PR"])
    affiliated(party, desk, "058", INDIA)
    affiliated(make_party("Other"), desk, "058", f"{PAKISTAN}+{INDIA}")


def test_areas_that_nest_are_taken_and_the_nearer_society_collects(desk: User) -> None:
    for code in ("035", "058", "021"):
        make_party(f"Society {code}", "", kind="society", society_code=code)
    party = make_party()
    affiliated(party, desk, "021", WORLD)
    affiliated(party, desk, "058", ASIA)
    affiliated(party, desk, "035", f"{PAKISTAN}+{INDIA}")
    assert [collector(party, country) for country in (PAKISTAN, BANGLADESH, "0250")] == ["035", "058", "021"]


def test_the_same_countries_written_otherwise_do_not_nest(desk: User) -> None:
    party = make_party()
    affiliated(party, desk, "035", f"{PAKISTAN}+{INDIA}")
    with pytest.raises(ValidationError, match="overlap"):
        affiliated(party, desk, "058", f"{INDIA}+{PAKISTAN}")


def test_groups_that_change_are_compared_on_each_day(desk: User) -> None:
    union = "2123"  # the United Kingdom belonged to it until 2020
    same_until_it_left = f"{union}+0826"
    party = make_party()
    affiliated(party, desk, "035", union, valid_from=dt.date(2021, 1, 1))
    affiliated(party, desk, "058", same_until_it_left, valid_from=dt.date(2021, 1, 1))
    other = make_party("Other")
    affiliated(other, desk, "035", union, valid_from=dt.date(2015, 1, 1))
    with pytest.raises(ValidationError, match="overlap"):
        affiliated(other, desk, "058", same_until_it_left, valid_from=dt.date(2015, 1, 1))


def test_an_end_moved_back_is_refused_where_it_would_cross(desk: User) -> None:
    party = make_party()
    [first] = affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}", valid_to=DAY)
    affiliated(party, desk, "058", f"{PAKISTAN}+{INDIA}", valid_from=DAY + dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="overlap"):
        end_affiliation(affiliation=first, last_day=DAY + dt.timedelta(days=1), reason="x", by=desk)
    end_affiliation(affiliation=first, last_day=DAY - dt.timedelta(days=1), reason="x", by=desk)


def test_one_society_may_name_its_areas_as_it_likes(desk: User) -> None:
    party = make_party()
    affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}")
    affiliated(party, desk, "035", f"{PAKISTAN}+{INDIA}")


CROSSING = """
    INSERT INTO members_partyaffiliation (uid, party_id, society_code, "right", territory)
    VALUES (gen_random_uuid(), %s, '058', 'MR', '0586+0356')
"""


def test_the_database_refuses_areas_that_cross_by_itself(desk: User) -> None:
    party = make_party()
    affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}")
    write_area(f"{PAKISTAN}+{INDIA}")
    with connection.cursor() as cursor:
        for sql in (CROSSING, CROSSING.replace("0586+0356", "0050+0356")):
            write_area("0050+0356")
            with pytest.raises(DatabaseError, match="neither lies inside the other"), transaction.atomic():
                cursor.execute(sql, [party.pk])
        cursor.execute(CROSSING.replace("0586+0356", "2136"), [party.pk])
        with pytest.raises(DatabaseError, match="neither lies inside the other"), transaction.atomic():
            cursor.execute("UPDATE members_partyaffiliation SET territory = '0586+0356' WHERE society_code = '058'")


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_the_number_of_the_society_decides_who_collects(desk: User, superuser_cursor: Any) -> None:
    for code in ("035", "058"):
        make_party(f"Society {code}", "", kind="society", society_code=code)
    party = make_party()
    affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}")
    write_area(f"{PAKISTAN}+{INDIA}")
    superuser_cursor.execute("ALTER TABLE members_partyaffiliation DISABLE TRIGGER societies_nest_insert")
    superuser_cursor.execute(CROSSING, [party.pk])
    assert collector(party, PAKISTAN) == "058"  # for no better reason than that 58 is more than 35
    superuser_cursor.execute("ALTER TABLE members_partyaffiliation ENABLE TRIGGER societies_nest_insert")


@pytest.mark.django_db(transaction=True)
def test_of_two_sessions_that_cross_at_once_one_is_refused(desk: User) -> None:
    party = make_party()
    outcome: list[str] = []
    write_area(f"{PAKISTAN}+{INDIA}")
    begun = threading.Event()

    def second() -> None:
        try:
            begun.set()
            PartyAffiliation.objects.create(
                party=party, society_code="058", right="MR", territory=f"{PAKISTAN}+{INDIA}"
            )
            outcome.append("taken")
        except DatabaseError as refused:
            outcome.append(str(refused))
        finally:
            connection.close()

    with transaction.atomic():
        affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}")
        other = threading.Thread(target=second)
        other.start()
        begun.wait(5)
        time.sleep(0.3)
        assert outcome == []  # it waits for us
    other.join(10)
    assert "neither lies inside the other" in outcome[0] and PartyAffiliation.objects.count() == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    codes=st.lists(st.sampled_from([PAKISTAN, INDIA, BANGLADESH, "0144", "0524"]), min_size=1, max_size=4, unique=True),
    others=st.lists(st.sampled_from([PAKISTAN, INDIA, BANGLADESH, ASIA]), min_size=1, max_size=3, unique=True),
)
def test_the_guard_and_the_rules_of_areas_agree(codes: list[str], others: list[str], db: None) -> None:
    one, other = "+".join(codes), "+".join(others)
    first, second = area_written(one, DAY), area_written(other, DAY)
    write_area(one)
    write_area(other)
    both = first & second
    crosses = bool(both) and (both == first) == (both == second)
    with connection.cursor() as cursor:
        cursor.execute("SELECT areas_cross(%s, %s, %s, %s)", [one, other, DAY, DAY])
        assert cursor.fetchone()[0] == crosses


@pytest.mark.parametrize("code", ["999", "000", "099", "98a", "5", "٩٩٩"])
def test_a_code_of_no_society_is_refused(code: str, desk: User) -> None:
    with pytest.raises(ValidationError) as refused:
        affiliated(make_party(), desk, code, WORLD)
    assert set(refused.value.message_dict) == {"society_code"}


def test_codes_of_the_list_of_our_own_and_of_the_register_are_taken_in_any_digits(desk: User) -> None:
    make_party("Norrland Society", "", kind="society", society_code="901")
    for code, kept in (("052", "052"), ("۰۵۲", "052"), ("362", "362"), (" 901 ", "901")):
        [row] = affiliated(make_party(), desk, code, WORLD)
        assert row.society_code == kept


def test_the_page_names_the_society_that_stands_in_the_way(desk: User, sign_in: Any) -> None:
    party = make_party()
    affiliated(party, desk, "035", f"{PAKISTAN}+{BANGLADESH}")
    client, home = sign_in(desk), f"/staff/parties/{party.uid}/"
    sent = {"society_code": "۰۵۸", "rights": ["MR"], "territory": "Pakistan + India", "reason": "letter"}
    page = client.post(f"{home}society/", sent).content.decode()
    assert "neither lies inside the other" in page and "035" in page
    assert client.post(f"{home}society/", {**sent, "territory": "World"})["Location"] == home
    assert "058" in client.get(home).content.decode()
    assert client.get("/staff/parties/?society=۵۸").content.decode().count(str(party.uid)) == 1
