"""Which parts of an application are done."""

from members.rules.completeness import Given, missing_steps, step_states

NOTHING = Given(kind="person", cnic=False, born=False, iban=False, documents=frozenset())
ALL = {
    "last_name": "Bano",
    "telephone": "+923001234567",
    "address": "Lahore",
    "roles": ["composer"],
    "account_title": "N Bano",
    "mandate": {"PR": "world"},
}


def test_an_empty_application_has_begun_no_part():
    assert set(step_states({}, NOTHING).values()) == {"not_started"}


def test_a_full_application_lacks_nothing():
    given = Given(kind="person", cnic=True, born=True, iban=True, documents=frozenset({"identity"}))
    assert missing_steps(ALL, given) == []


def test_half_a_part_is_in_progress():
    given = Given(kind="person", cnic=True, born=False, iban=True, documents=frozenset({"bank"}))
    states = step_states({"telephone": "+923001234567"}, given)
    assert states["identity"] == states["contact"] == states["bank"] == "in_progress"
    assert states["documents"] == "not_started"


def test_a_company_shows_its_tax_number_instead_of_a_cnic():
    given = Given(kind="organisation", cnic=False, born=False, iban=True, documents=frozenset({"identity"}))
    assert missing_steps(ALL, given) == ["identity"]
    assert missing_steps({**ALL, "ntn": "1234567-8"}, given) == []
