"""Disputes over parts of a work: what each side claims and on what ground, and what is held meanwhile."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from members.models.parties import Right
from members.models.territories import LONGEST_AREA, WORLD
from works.models.agreements import Agreement
from works.models.registrations import ImportedTransaction
from works.models.works import WHOLE, Work


class DisputeKind(models.TextChoices):
    """What the sides cannot agree on."""

    OVER_CLAIM = "over_claim", _("Over-claim: the claims make more than the whole")
    COUNTER_CLAIM = "counter", _("Counter-claim to a share on record")
    AUTHORSHIP = "authorship", _("Authorship: who wrote it")
    SAMPLE = "sample", _("Sample: a part of another work is used")
    AGREEMENT = "agreement", _("Agreement: two agreements, or one that has ended")


class Basis(models.TextChoices):
    """What a claim rests on."""

    RECORD = "record", _("Share on record")
    MEMBER = "member", _("The member's own claim")
    FILE = "file", _("Registration file")
    AGREEMENT = "agreement", _("Agreement")
    DESK = "desk", _("Noted by the documentation desk")


HOLDS = [("part", _("The contested part only")), ("whole", _("The whole right of the work"))]
DISPUTE_STATES = [
    ("filed", _("Filed, not accepted yet")),
    ("open", _("Open for evidence")),
    ("due", _("Deadline passed, to be decided")),
    ("proposed", _("Outcome proposed")),
    ("settled", _("Settled")),
    ("refused", _("Not accepted")),
    ("joined", _("Heard in another dispute")),
]
HOLDING, ENDED = ("open", "due", "proposed"), ("settled", "refused", "joined")
DISPUTE_MOVES = [
    ("filed", "open"),
    ("filed", "refused"),
    ("filed", "joined"),
    ("open", "due"),
    ("open", "proposed"),
    ("due", "proposed"),
    ("proposed", "open"),
    ("proposed", "due"),
    ("proposed", "settled"),
]
# A dispute ends by an outcome that somebody confirmed, and it holds nothing any more.
SETTLED_AS_CONFIRMED = """
    IF NOT EXISTS (SELECT 1 FROM works_disputeoutcome WHERE dispute_id = NEW.id AND state = 'confirmed')
        OR EXISTS (SELECT 1 FROM works_workshare WHERE dispute_id = NEW.id) THEN
        RAISE EXCEPTION 'dispute % is settled by a confirmed outcome, and holds nothing then', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_settled_as_confirmed';
    END IF;
    RETURN NEW;
"""
# Days for evidence are only ever added, by an extension that was given.
DEADLINE_AS_EXTENDED = """
    IF NOT EXISTS (SELECT 1 FROM works_disputeextension
            WHERE dispute_id = NEW.id AND state = 'given' AND was = OLD.deadline AND until = NEW.deadline) THEN
        RAISE EXCEPTION 'the deadline of dispute % moves by an extension', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deadline_as_extended';
    END IF;
    RETURN NEW;
"""
CLAIMS_STAND_WHEN_ENDED = """
    IF EXISTS (SELECT 1 FROM works_dispute WHERE id = coalesce(NEW.dispute_id, OLD.dispute_id)
            AND state IN ('settled', 'refused', 'joined')) THEN
        RAISE EXCEPTION 'the dispute of this claim has ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_stand_when_ended';
    END IF;
    RETURN coalesce(NEW, OLD);
"""


@pghistory.track()
class Dispute(Public):
    """A part of a work that several parties claim. `share` is the part held, in 1/10,000 of a percent; of a claim that
    is filed and not accepted, the part that would be held.

    `version` grows with every claim and answer: what is sent from an older page is refused, not misread.
    """

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="disputes")
    kind = models.CharField(_("kind"), max_length=12, choices=DisputeKind.choices, default=DisputeKind.OVER_CLAIM)
    state = models.CharField(_("state"), max_length=10, choices=DISPUTE_STATES, default="open")
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    sampled = models.ForeignKey(
        Work,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sampled_in",
        verbose_name=_("work of which a part is used"),
    )
    share = models.IntegerField(_("share in dispute"))
    holds = models.CharField(_("what is held"), max_length=5, choices=HOLDS, default="part")
    takes_open_part = models.BooleanField(_("about the part without an owner too"), default=True)
    opened_on = models.DateField(_("opened on"))
    deadline = models.DateField(_("deadline"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    version = models.IntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        default_permissions = ("view",)
        permissions = [("settle_disputes", "Confirm outcomes of disputes and rules on disputes")]
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=WHOLE), name="disputed_share_within_whole"),
            models.CheckConstraint(
                condition=Q(kind="sample", sampled__isnull=False) | ~Q(kind="sample") & Q(sampled__isnull=True),
                name="sample_names_the_work_it_is_of",
            ),
            models.CheckConstraint(condition=~Q(sampled=F("work")), name="sample_of_another_work"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(outcome__regex=r"^\s*$"),
                name="dispute_closed_with_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=False, state__in=ENDED) | Q(closed_on__isnull=True) & ~Q(state__in=ENDED),
                name="dispute_closed_when_ended",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="dispute_moves", field="state", transitions=DISPUTE_MOVES),
            pgtrigger.Trigger(
                name="dispute_settled_as_confirmed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state="settled") & ~pgtrigger.Q(old__state="settled"),
                func=SETTLED_AS_CONFIRMED,
            ),
            pgtrigger.Trigger(
                name="dispute_deadline_as_extended",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(new__deadline=pgtrigger.F("old__deadline")) & ~pgtrigger.Q(old__state="filed"),
                func=DEADLINE_AS_EXTENDED,
            ),
            pgtrigger.Protect(name="dispute_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.right}"


@pghistory.track()
class Claim(Public):
    """What one side claims of the whole right: `share`, and `first_share` what it was in the beginning. A claim is only
    ever lowered; withdrawn it is zero."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="claims")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="claims")
    role = models.CharField(_("role"), max_length=2)
    share = models.IntegerField(_("share claimed"))
    first_share = models.IntegerField(_("share claimed at first"))
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices, default=Basis.DESK)
    transaction = models.ForeignKey(
        ImportedTransaction, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="claims", verbose_name=_("agreement")
    )
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    stated_on = models.DateField(_("stated on"), null=True, blank=True)
    answer = models.CharField(
        _("answer"),
        max_length=10,
        choices=[
            ("", _("No answer yet")),
            ("stands", _("Stands by its claim")),
            ("lowered", _("Lowered its claim")),
            ("agreed", _("Agreed to the others")),
            ("withdrawn", _("Withdrew")),
        ],
        blank=True,
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=F("first_share"), first_share__gt=0, first_share__lte=WHOLE),
                name="claimed_share_within_whole",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="claim_answered_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(basis="file") | Q(transaction__isnull=False), name="claim_of_a_file_names_it"
            ),
            models.CheckConstraint(
                condition=Q(agreement__isnull=True) | Q(basis="agreement"), name="claim_by_agreement_says_so"
            ),
            models.UniqueConstraint(fields=["dispute", "party"], name="one_claim_per_side"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="claim_is_only_lowered",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__share__gt=pgtrigger.F("old__share"))
                | ~pgtrigger.Q(new__first_share=pgtrigger.F("old__first_share")),
            ),
            pgtrigger.Trigger(
                name="claims_stand_when_ended",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=CLAIMS_STAND_WHEN_ENDED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.dispute}"
