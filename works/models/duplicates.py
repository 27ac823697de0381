"""Works that may be one: pairs found by identifiers and likeness, and merges and splits, which can be undone.

A merge puts one work in the place of two, a split makes two of one: both are a *regrouping*. One person proposes it,
another confirms it. Everything it changes is written down row by row, so that it can be put back exactly.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from works.models.works import Work

KEPT = ("SELECT", "INSERT", "UPDATE")
# What a regrouping is about stands once it is done: its undoing reads it.
REGROUPING_STANDS = """
    may := CASE OLD.state
        WHEN 'proposed' THEN ARRAY['state', 'other_id', 'confirmed_by_id', 'confirmed_at', 'shares_after']
        WHEN 'done' THEN ARRAY['state', 'undo_asked_by_id', 'undo_asked_at', 'undo_reason', 'undone_by_id', 'undone_at']
        ELSE ARRAY[]::text[] END;
    IF (to_jsonb(NEW) - may) IS DISTINCT FROM (to_jsonb(OLD) - may) THEN
        RAISE EXCEPTION 'regrouping % is %: this part of it stands', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'regrouping_stands';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class DuplicatePair(Public):
    """Two works that may be one, with what speaks for it. `first` is the one with the lower number.

    `evidence` lists the compared fields with what each work says; `score` is from 0 to 10,000. A pair that a person
    called different is remembered for good and never proposed again.
    """

    first = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    score = models.IntegerField(_("likeness"))
    evidence = models.JSONField(default=list)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("open", _("To be looked at")), ("different", _("Two different works")), ("merged", _("Merged"))],
        default="open",
    )
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pair of like works")
        verbose_name_plural = _("pairs of like works")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_row_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=10_000), name="pair_score_in_range"),
            models.CheckConstraint(
                condition=~Q(state="different") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="pair_told_apart_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["second"], name="pair_by_second")]

    def __str__(self) -> str:
        return f"{self.first.number} / {self.second.number}"


class SweptWork(models.Model):
    """What a work was like when it was last compared with the others: only what changed (stale) is compared again."""

    work = models.OneToOneField(Work, primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=16)
    is_stale = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["work"], condition=Q(is_stale=True), name="works_to_be_compared")]


@pghistory.track()
class Regrouping(Public):
    """A merge of `other` into `work`, or a split of `other` off `work`: proposed, confirmed by another person (M14),
    perhaps undone by two people again. `choices` is what was chosen; `shares_after` the digest of the shares of both
    works when it was done: with other shares it is not undone.
    """

    app_may: ClassVar[tuple[str, ...]] = KEPT
    kind = models.CharField(max_length=5, choices=[("merge", _("Merge")), ("split", _("Split"))])
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="regroupings")
    other = models.ForeignKey(Work, null=True, on_delete=models.PROTECT, related_name="regrouped_from")
    choices = models.JSONField(default=dict)
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[
            ("proposed", _("Waits for a second person")),
            ("done", _("Done")),
            ("withdrawn", _("Withdrawn")),
            ("undone", _("Undone")),
        ],
        default="proposed",
    )
    form_key = models.UUIDField(unique=True, editable=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    shares_after = models.BinaryField(max_length=32, null=True)
    undo_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undo_asked_at = models.DateTimeField(null=True)
    undo_reason = models.TextField(blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("merge or split")
        verbose_name_plural = _("merges and splits")
        default_permissions = ("view",)
        permissions = [("confirm_merges", "Confirm merges and splits of works")]
        constraints = [
            models.CheckConstraint(condition=~Q(confirmed_by=F("proposed_by")), name="regrouping_four_eyes"),
            models.CheckConstraint(condition=~Q(undone_by=F("undo_asked_by")), name="undoing_four_eyes"),
            models.CheckConstraint(condition=~Q(other=F("work")), name="regrouping_of_two_works"),
            models.CheckConstraint(condition=~Q(reason__regex=r"^\s*$"), name="regrouping_has_its_reason"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "withdrawn"], confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(
                    state__in=["done", "undone"],
                    other__isnull=False,
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    shares_after__isnull=False,
                ),
                name="regrouping_names_who_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone")
                | Q(undone_by__isnull=False, undone_at__isnull=False, undo_asked_by__isnull=False),
                name="undoing_names_its_people",
            ),
            models.UniqueConstraint(
                fields=["other"], condition=Q(kind="merge", state__in=["proposed", "done"]), name="merged_once"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="regrouping_moves",
                field="state",
                transitions=[("proposed", "done"), ("proposed", "withdrawn"), ("done", "undone")],
            ),
            pgtrigger.Trigger(
                name="regrouping_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("may", "TEXT[]")],
                func=REGROUPING_STANDS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.work}"


class RegroupingChange(AppendOnly):
    """One row that a regrouping changed, removed or added: its columns before and after, as text."""

    regrouping = models.ForeignKey(Regrouping, on_delete=models.PROTECT, related_name="changes")
    order = models.IntegerField()
    model = models.CharField(max_length=60)
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["regrouping", "order"], name="regrouping_change_once"),
            models.CheckConstraint(
                condition=Q(before__isnull=False) | Q(after__isnull=False), name="change_has_a_side"
            ),
        ]
