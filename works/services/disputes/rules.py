"""The society's rule on disputes: drafted by one person, approved by another, in force from its day until the next."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.periods import add_months
from works.models import DisputeRule
from works.services.disputes.outcomes import SETTLE

EDIT = "works.edit_works"
YEARS_AHEAD = 5


@transaction.atomic
def draft_rule(
    *,
    valid_from: dt.date,
    evidence_days: int,
    extension_days: int,
    holds: str,
    at_deadline: str,
    source: str,
    by: User,
    on: dt.date,
) -> DisputeRule:
    """Draft how disputes opened from a day on are handled. Raises ValidationError, also where nobody could approve the
    day or it is so far away that a slip of the pen is likelier."""
    require(by, EDIT)
    _check_day(valid_from, on)
    rule = DisputeRule(
        valid_from=valid_from,
        evidence_days=evidence_days,
        extension_days=extension_days,
        holds=holds,
        at_deadline=at_deadline,
        source=source.strip(),
        proposed_by=by,
    )
    rule.full_clean(exclude=["proposed_by"])
    rule.save()
    record_act(by=by, verb="draft_dispute_rule", on=rule, facts={"valid_from": valid_from, "holds": holds})
    return rule


@transaction.atomic
def approve_rule(*, rule: DisputeRule, by: User, on: dt.date) -> DisputeRule:
    """Put a rule into force, by another person and not for days that have passed: a dispute keeps its terms."""
    require(by, SETTLE)
    rule = DisputeRule.objects.select_for_update().get(pk=rule.pk)
    if rule.state == "approved" and rule.approved_by_id == by.pk:
        return rule
    if rule.state != "draft":
        raise ValidationError(_("Only a draft can be approved."))
    if rule.proposed_by_id == by.pk:
        raise PermissionDenied(_("You drafted this rule. Another person must approve it."))
    _check_day(rule.valid_from, on)
    if DisputeRule.objects.filter(state="approved", valid_from=rule.valid_from).exists():
        raise ValidationError(_("Another rule begins on this day already."))
    rule.state, rule.approved_by = "approved", by
    rule.save(update_fields=["state", "approved_by"])
    record_act(by=by, verb="approve_dispute_rule", on=rule, facts={"valid_from": rule.valid_from})
    return rule


@transaction.atomic
def discard_rule(*, rule: DisputeRule, by: User) -> DisputeRule:
    """Take a draft back, or refuse it: it never comes into force, and stays to be read. Done once."""
    rule = DisputeRule.objects.select_for_update().get(pk=rule.pk)
    require(by, EDIT if rule.proposed_by_id == by.pk else SETTLE)
    if rule.state == "withdrawn":
        return rule
    if rule.state != "draft":
        raise ValidationError(_("This rule is approved already. Draft the next one instead."))
    rule.state = "withdrawn"
    rule.save(update_fields=["state"])
    record_act(by=by, verb="discard_dispute_rule", on=rule, facts={"valid_from": rule.valid_from})
    return rule


def _check_day(valid_from: dt.date, on: dt.date) -> None:
    if valid_from < on:
        raise ValidationError(_("This rule would begin in the past. Draft it anew with a day to come."))
    last = add_months(on, 12 * YEARS_AHEAD)
    if valid_from > last:
        raise ValidationError(
            _("This rule would begin more than %(years)s years from now. Check the year.") % {"years": YEARS_AHEAD}
        )
