"""Rules are drafted by one person, approved by another, never edited in force, and never two at once."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from royalties import fsck
from royalties.models import RuleVersion
from royalties.queries.rules import in_force
from royalties.services import rules
from tests.factories import royalties as make
from tests.factories.licensing import person


def draft(subject=None, parameters=make.SECONDS, valid_from=dt.date(2026, 1, 1), by=None, **facts) -> RuleVersion:
    """A draft of a distribution rule."""
    subject = subject or rules.save_rule(kind="distribution", code="radio", name="Radio", by=make.maker())
    return rules.draft_version(
        rule=subject,
        valid_from=valid_from,
        text="By the second.",
        parameters=parameters,
        source="Resolution 4",
        by=by or make.maker(),
        **facts,
    )


def approve(version: RuleVersion, by=None) -> RuleVersion:
    """Approved by the second person."""
    return rules.approve_version(version=version, by=by or make.approver(), now=make.NOW)


@pytest.mark.django_db
class TestLife:
    """Draft, approval, supersession."""

    def test_every_fault_of_the_parameters_comes_at_once(self):
        with pytest.raises(ValidationError) as refused:
            draft(parameters={"formula": "hours", "use_weights": {"a": 1}, "typo": "1"})
        assert len(refused.value.messages) == 3

    def test_a_new_version_ends_the_one_before_it(self):
        first = approve(draft())
        approve(draft(first.rule, valid_from=dt.date(2026, 7, 1)))
        first.refresh_from_db()
        assert first.valid_to == dt.date(2026, 6, 30)
        days = (dt.date(2026, 6, 30), dt.date(2026, 7, 1))
        assert [in_force(kind="distribution", on=day).get().version for day in days] == [1, 2]

    def test_a_version_that_begins_before_the_one_in_force_is_refused(self):
        first = approve(draft())
        with pytest.raises(ValidationError, match="in force in these days"):
            approve(draft(first.rule, valid_from=dt.date(2025, 7, 1)))

    def test_the_author_cannot_approve(self):
        both = person("distribution", "approver")
        version = draft(by=both)
        with pytest.raises(ValidationError, match="Another person"):
            approve(version, by=both)

    def test_approving_twice_has_one_effect(self):
        version = draft()
        assert approve(version).approved_at == approve(version).approved_at

    def test_drafting_needs_the_permission(self):
        with pytest.raises(PermissionDenied):
            draft(by=make.finance())

    def test_a_withdrawn_draft_cannot_be_approved(self):
        version = rules.withdraw_version(version=draft(), reason="wrong", by=make.maker(), now=make.NOW)
        with pytest.raises(ValidationError, match="Only a draft"):
            approve(version)


@pytest.mark.django_db
class TestGuards:
    """What the database refuses."""

    def change(self, version: RuleVersion, **values) -> None:
        with transaction.atomic():
            RuleVersion.objects.filter(pk=version.pk).update(**values)

    def test_a_version_in_force_is_never_edited(self):
        version = approve(draft())
        with pytest.raises(DatabaseError, match="never edited"):
            self.change(version, parameters={"formula": "plays"})

    def test_author_and_approver_differ(self):
        version = draft()
        with pytest.raises(DatabaseError, match="rule_four_eyes"):
            self.change(version, state="approved", approved_by=version.proposed_by, approved_at=make.NOW)

    def test_two_versions_are_never_in_force_on_one_day(self):
        first = approve(draft())
        second = draft(first.rule, valid_from=dt.date(2026, 7, 1))
        with pytest.raises(DatabaseError, match="one_rule_version_in_force"):
            self.change(second, state="approved", approved_by=make.approver(), approved_at=make.NOW)

    def test_a_withdrawn_version_does_not_come_back(self):
        version = rules.withdraw_version(version=draft(), reason="wrong", by=make.maker(), now=make.NOW)
        with pytest.raises(DatabaseError, match="never edited"):
            self.change(version, state="approved", approved_by=make.approver(), approved_at=make.NOW)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_the_author_approves_and_the_check_finds_it(superuser_cursor):
    version = draft()
    superuser_cursor.execute("ALTER TABLE royalties_ruleversion DROP CONSTRAINT rule_four_eyes")
    RuleVersion.objects.filter(pk=version.pk).update(
        state="approved", approved_by=version.proposed_by, approved_at=make.NOW
    )
    assert {one.code for one in fsck.findings(fsck.Scope(), ["M14", "M23"])} == {"M14", "M23"}
