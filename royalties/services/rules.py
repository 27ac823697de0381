"""The society's rules: drafted by one person, approved by another, superseded by the next version, never edited."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from royalties.models import Rule, RuleVersion
from royalties.models.rules import RULE_KINDS
from royalties.queries.rules import parameter_problems


@transaction.atomic
def save_rule(*, kind: str, code: str, name: str, name_ur: str = "", by: User) -> Rule:
    """A subject to be ruled; the same code again returns the rule that exists."""
    require(by, "royalties.edit_rules")
    if kind not in dict(RULE_KINDS):
        raise ValidationError(_("Choose what the rule is about."))
    if existing := Rule.objects.filter(code=code).first():
        return existing
    rule = Rule.objects.create(kind=kind, code=code, name=name, name_ur=name_ur)
    record_act(by=by, verb="save_rule", on=rule, facts={"code": code, "kind": kind})
    return rule


@transaction.atomic
def draft_version(
    *,
    rule: Rule,
    valid_from: dt.date,
    text: str,
    parameters: dict[str, Any],
    source: str,
    by: User,
    text_ur: str = "",
    valid_to: dt.date | None = None,
) -> RuleVersion:
    """A new version in draft. Raises ValidationError with every fault of its parameters."""
    require(by, "royalties.edit_rules")
    Rule.objects.select_for_update().get(pk=rule.pk)  # two drafts at once must not take one number
    _check(rule, text, parameters, source)
    last = RuleVersion.objects.filter(rule=rule).aggregate(last=Max("version"))["last"] or 0
    version = RuleVersion.objects.create(
        rule=rule,
        version=last + 1,
        valid_from=valid_from,
        valid_to=valid_to,
        text=text,
        text_ur=text_ur,
        parameters=parameters,
        source=source,
        proposed_by=by,
    )
    record_act(by=by, verb="draft_rule", on=version, facts={"rule": rule.code, "version": version.version})
    return version


@transaction.atomic
def approve_version(*, version: RuleVersion, by: User, now: dt.datetime) -> RuleVersion:
    """Put a draft into force; the version before it ends on the day before. Another person than its author does it."""
    require(by, "royalties.approve_rules")
    version = RuleVersion.objects.select_for_update().select_related("rule").get(pk=version.pk)
    Rule.objects.select_for_update().get(pk=version.rule_id)
    if version.state == "approved" and version.approved_by_id == by.pk:
        return version
    if version.state != "draft":
        raise ValidationError(_("Only a draft can be approved."))
    if version.proposed_by_id == by.pk:
        raise ValidationError(_("You drafted this version. Another person must approve it."))
    _check(version.rule, version.text, version.parameters, version.source)
    faultpoint("rules.approve.before_write")
    _end_before(version)
    version.state, version.approved_by, version.approved_at = "approved", by, now
    version.save(update_fields=["state", "approved_by", "approved_at"])
    faultpoint("rules.approve.after_write")
    record_act(by=by, verb="approve_rule", on=version, facts={"valid_from": version.valid_from})
    return version


@transaction.atomic
def withdraw_version(*, version: RuleVersion, reason: str, by: User, now: dt.datetime) -> RuleVersion:
    """Take a draft back, or end a version for good. Runs that used it keep it."""
    version = RuleVersion.objects.select_for_update().get(pk=version.pk)
    require(by, "royalties.edit_rules" if version.state == "draft" else "royalties.approve_rules")
    if not reason.strip():
        raise ValidationError(_("Say why this version is withdrawn."))
    if version.state != "withdrawn":
        version.state = "withdrawn"
        version.save(update_fields=["state"])
        record_act(by=by, verb="withdraw_rule", on=version, facts={"reason": reason.strip()})
    return version


def _check(rule: Rule, text: str, parameters: dict[str, Any], source: str) -> None:
    problems = parameter_problems(rule.kind, parameters)
    if not text.strip():
        problems.append(_("Say in plain words what the rule does."))
    if not source.strip():
        problems.append(_("Name the resolution or source of the rule."))
    if problems:
        raise ValidationError(problems)


def _end_before(version: RuleVersion) -> None:
    """End the version in force on the day before; refuse where another one would overlap all the same."""
    day = version.valid_from
    others = RuleVersion.objects.filter(rule=version.rule, state="approved")
    running = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    for earlier in running.filter(valid_from__lt=day):
        earlier.valid_to = day - dt.timedelta(days=1)
        earlier.save(update_fields=["valid_to"])
    clashing = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    if version.valid_to is not None:
        clashing = clashing.filter(valid_from__lte=version.valid_to)
    if clashing.exists():
        raise ValidationError(_("Another version of this rule is in force in these days."))
