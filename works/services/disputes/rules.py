"""The society's rule on disputes: drafted by one person, approved by another, in force from its day until the next."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.models import DisputeRule
from works.services.disputes.outcomes import SETTLE


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
) -> DisputeRule:
    """Draft how disputes opened from a day on are handled. Raises ValidationError."""
    require(by, "works.edit_works")
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
    if rule.valid_from < on:
        raise ValidationError(_("This rule would begin in the past. Draft it anew with a day to come."))
    if DisputeRule.objects.filter(state="approved", valid_from=rule.valid_from).exists():
        raise ValidationError(_("Another rule begins on this day already."))
    rule.state, rule.approved_by = "approved", by
    rule.save(update_fields=["state", "approved_by"])
    record_act(by=by, verb="approve_dispute_rule", on=rule, facts={"valid_from": rule.valid_from})
    return rule
