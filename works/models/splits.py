"""The agreement of all sides on the split of a work: proposals in rounds, and what each named party answered.

An answer is bound by digest to the exact shares that were shown. Another split is another round, which asks everybody
again. Until a round is agreed, the shares of the work are `unconfirmed` and pay nobody.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from works.models.works import Work

PROPOSAL_STATES = [
    ("open", _("Waiting for answers")),
    ("agreed", _("Agreed by all sides")),
    ("refused", _("Refused by one side")),
    ("replaced", _("Replaced by another proposal")),
    ("withdrawn", _("Withdrawn with its work")),
]
PROPOSAL_MOVES = [
    ("open", "agreed"),
    ("open", "refused"),
    ("open", "replaced"),
    ("open", "withdrawn"),
    ("refused", "replaced"),
    ("refused", "withdrawn"),
]
# A round is agreed when every side has confirmed its very shares.
AGREED_BY_ALL = """
    IF NOT EXISTS (SELECT 1 FROM works_splitanswer WHERE proposal_id = NEW.id) OR EXISTS (
            SELECT 1 FROM works_splitanswer
            WHERE proposal_id = NEW.id AND (state <> 'confirmed' OR digest IS DISTINCT FROM NEW.digest)) THEN
        RAISE EXCEPTION 'not every side has agreed to round % of work %', NEW.round, NEW.work_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_agreed_by_all';
    END IF;
    RETURN NEW;
"""
# An answer belongs to the shares that were shown, while the round is open. The round is locked: two answers at the same
# moment wait for each other, and the later one sees what the earlier one made of it.
ANSWER_FITS = """
    SELECT state, digest INTO shown FROM works_splitproposal WHERE id = NEW.proposal_id FOR UPDATE;
    IF shown.state <> 'open' OR NEW.digest IS DISTINCT FROM shown.digest THEN
        RAISE EXCEPTION 'the split was changed or decided before this answer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'split_answer_fits';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class SplitProposal(Public):
    """One round: the split as one side proposes it. `parts` are (party, role, right, share) in their fixed order,
    shares in 1/10,000 of a percent; `digest` is their SHA-256."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="splits")
    round = models.IntegerField(_("round"))
    parts = models.JSONField()
    digest = models.BinaryField(max_length=32, editable=False)
    proposed_by = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="splits_proposed"
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PROPOSAL_STATES, default="open")
    remind_on = models.DateField(_("reminder on"))
    answer_by = models.DateField(_("answer by"))
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("proposed split")
        verbose_name_plural = _("proposed splits")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["work", "round"], name="one_split_per_round"),
            models.UniqueConstraint(
                fields=["work"], condition=models.Q(state__in=["open", "refused"]), name="one_live_split_per_work"
            ),
            models.CheckConstraint(
                condition=models.Q(answer_by__gte=models.F("remind_on")), name="split_reminds_before_its_end"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "refused"])
                | models.Q(state__in=["agreed", "replaced", "withdrawn"], decided_at__isnull=False),
                name="split_decided_with_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by", "id"], name="split_by_deadline"),
        ]
        triggers = [
            pgtrigger.FSM(name="split_moves", field="state", transitions=PROPOSAL_MOVES),
            pgtrigger.ReadOnly(
                name="split_stands", fields=["work", "round", "parts", "digest", "proposed_by", "entered_by", "note"]
            ),
            pgtrigger.Trigger(
                name="split_agreed_by_all",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state="agreed"),
                func=AGREED_BY_ALL,
            ),
            pgtrigger.Protect(
                name="split_begins_open", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}: {self.round}"


@pghistory.track()
class SplitAnswer(Public):
    """What one side answers to a round; given once. `how` says who spoke: the party, the one who proposed, the
    documentation desk on evidence, or a rule of the society."""

    proposal = models.ForeignKey(SplitProposal, on_delete=models.PROTECT, related_name="answers")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="split_answers")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("waiting", _("Not answered yet")), ("confirmed", _("Agreed")), ("refused", _("Refused"))],
        default="waiting",
    )
    how = models.CharField(
        _("answered by"),
        max_length=10,
        blank=True,
        choices=[
            ("party", _("The party")),
            ("proposer", _("Made the proposal")),
            ("staff", _("The society, on evidence")),
            ("rule", _("A rule of the society")),
        ],
    )
    notices = models.IntegerField(default=0)  # messages sent: 1 the question, 2 the reminder
    digest = models.BinaryField(max_length=32, null=True, editable=False)
    reason = models.CharField(_("reason or evidence"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("answer to a split")
        verbose_name_plural = _("answers to splits")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["proposal", "party"], name="one_answer_per_side"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", digest__isnull=True, how="", answered_at__isnull=True)
                | models.Q(state__in=["confirmed", "refused"], digest__isnull=False, answered_at__isnull=False)
                & ~models.Q(how=""),
                name="split_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=(~models.Q(how="staff") & ~models.Q(state="refused")) | ~models.Q(reason__regex=r"^\s*$"),
                name="split_answer_gives_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["party"], condition=models.Q(state="waiting"), name="split_answer_waiting"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="split_answered_once",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="waiting"),
            ),
            pgtrigger.Trigger(
                name="split_answer_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=~pgtrigger.Q(new__state="waiting"),
                declare=[("shown", "record")],
                func=ANSWER_FITS,
            ),
        ]


@pghistory.track()
class SplitRule(Public):
    """How the society asks for agreement, from a day on: days until the answer is due and until a reminder goes out,
    and who speaks for parties that are no members."""

    valid_from = models.DateField(_("from"), unique=True)
    answer_days = models.IntegerField(_("days to answer"))
    remind_days = models.IntegerField(_("days until the reminder"))
    outsiders = models.CharField(
        _("parties that are no members"),
        max_length=10,
        choices=[
            ("evidence", _("The documentation desk confirms for them, on evidence")),
            ("registrant", _("The word of the member who registers stands")),
        ],
    )

    class Meta:
        verbose_name = _("rule of agreement on splits")
        verbose_name_plural = _("rules of agreement on splits")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remind_days__gt=0, answer_days__gte=models.F("remind_days"), answer_days__lte=366),
                name="split_rule_reminds_in_time",
            )
        ]

    def __str__(self) -> str:
        return self.valid_from.isoformat()
