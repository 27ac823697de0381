"""Agreements: who passed on which part of an interest in works to whom, for which rights, where and when.

An agreement says what its acquirers collect of the interest that its assignors hold. Shares of works say who owns
(`WorkShare`); who may collect is never written down but derived from both (works.rules.chains).
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from members.models.territories import LONGEST_AREA, WORLD, territory_text
from works.models.history import documented
from works.models.works import WHOLE, Work


class AgreementType(models.TextChoices):
    """The CWR types: an original agreement is between writer and publisher, a sub-publishing one between publishers."""

    ORIGINAL_GENERAL = "OG", _("Writer and publisher, all works")
    ORIGINAL_SPECIFIC = "OS", _("Writer and publisher, the works listed")
    SUBPUBLISHING_GENERAL = "PG", _("Sub-publishing or administration, all works")
    SUBPUBLISHING_SPECIFIC = "PS", _("Sub-publishing or administration, the works listed")


GENERAL = ("OG", "PG")
ORIGINAL = ("OG", "OS")


class PriorRoyalties(models.TextChoices):
    """Whether the acquirer collects for use before the agreement began (CWR prior royalty status)."""

    NONE = "N", _("Nothing from before the start")
    ALL = "A", _("Everything not collected before the start")
    FROM = "D", _("From a day before the start")


class PostTerm(models.TextChoices):
    """Whether the acquirer collects after the end for use before it (CWR post-term collection status)."""

    NONE = "N", _("Nothing after the end")
    OPEN = "O", _("Without a limit")
    UNTIL = "D", _("Until a day")


class AgreementRole(models.TextChoices):
    """The CWR roles of the parties."""

    ASSIGNOR = "AS", _("Assignor")
    ACQUIRER = "AC", _("Acquirer")


# Together the acquirers get no more than the whole of an interest. The agreement is locked before it is added up.
_NOT_ABOVE_WHOLE = """
    PERFORM 1 FROM works_agreement a WHERE a.id IN (SELECT agreement_id FROM new_rows)
        ORDER BY a.id FOR NO KEY UPDATE;
    SELECT p.agreement_id INTO too_much FROM works_agreementparty p
        WHERE p.agreement_id IN (SELECT agreement_id FROM new_rows) AND p.role = 'AC'
        GROUP BY p.agreement_id
        HAVING sum(p.pr_share) > 1000000 OR sum(p.mr_share) > 1000000 OR sum(p.sr_share) > 1000000 LIMIT 1;
    IF too_much IS NOT NULL THEN
        RAISE EXCEPTION 'the acquirers of agreement % get more than the whole', too_much
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_the_whole';
    END IF;
    RETURN NULL;
"""


@documented
class Agreement(Public):
    """One agreement. `retention_end` prolongs what was taken in under it; a withdrawn one was never right."""

    number = models.CharField(_("agreement number"), max_length=14, unique=True)
    agreement_type = models.CharField(_("kind"), max_length=2, choices=AgreementType.choices)
    territory = models.CharField(_("territory"), max_length=LONGEST_AREA, default=WORLD)
    start_date = models.DateField(_("start"))
    end_date = models.DateField(_("end"), null=True, blank=True)
    retention_end = models.DateField(_("end of retention"), null=True, blank=True)
    prior_royalties = models.CharField(
        _("royalties from before"), max_length=1, choices=PriorRoyalties.choices, default=PriorRoyalties.NONE
    )
    prior_royalties_from = models.DateField(_("royalties from"), null=True, blank=True)
    post_term = models.CharField(
        _("collection after the end"), max_length=1, choices=PostTerm.choices, default=PostTerm.NONE
    )
    post_term_until = models.DateField(_("collection until"), null=True, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    shares_change = models.BooleanField(_("writers' shares change too"), default=False)
    sales_manufacture = models.CharField(
        _("sales or manufacture"),
        max_length=1,
        blank=True,
        choices=[("S", _("Sales")), ("M", _("Manufacture"))],
    )
    advance_given = models.BooleanField(_("advance given"), default=False)
    submitter = models.CharField(_("sent by"), max_length=20, blank=True)
    submitter_number = models.CharField(_("number of the sender"), max_length=14, blank=True)
    society_number = models.CharField(_("number of a society"), max_length=14, blank=True)
    international_code = models.CharField(_("international number"), max_length=14, blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("active", _("In the books")), ("withdrawn", _("Withdrawn"))],
        default="active",
    )
    source = models.CharField(_("source"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(end_date__isnull=True) | models.Q(end_date__gte=models.F("start_date")))
                & (
                    models.Q(retention_end__isnull=True)
                    | models.Q(end_date__isnull=False, retention_end__gte=models.F("end_date"))
                ),
                name="agreement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(prior_royalties__in=["N", "A"], prior_royalties_from__isnull=True)
                | models.Q(
                    prior_royalties="D",
                    prior_royalties_from__isnull=False,
                    prior_royalties_from__lt=models.F("start_date"),
                ),
                name="prior_royalties_name_their_day",
            ),
            models.CheckConstraint(
                condition=models.Q(post_term__in=["N", "O"], post_term_until__isnull=True)
                | models.Q(
                    post_term="D",
                    end_date__isnull=False,
                    post_term_until__isnull=False,
                    post_term_until__gte=models.F("end_date"),
                ),
                name="post_term_names_its_day",
            ),
            models.UniqueConstraint(
                fields=["submitter", "submitter_number"],
                condition=~models.Q(submitter_number="") & models.Q(state="active"),
                name="one_agreement_per_foreign_number",
            ),
        ]
        indexes = [models.Index(fields=["state", "start_date"])]

    def __str__(self) -> str:
        return self.number

    @property
    def is_general(self) -> bool:
        """Whether it covers all works of its assignors but those taken out."""
        return self.agreement_type in GENERAL

    @property
    def territory_text(self) -> str:
        """The territory in words."""
        return territory_text(self.territory)


@documented
class AgreementParty(Public):
    """A side of an agreement with its part per right, in 1/10,000 of a percent of the interest that is shared out.

    An acquirer's part is what it collects of each assignor's interest; an assignor's is what stays.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="agreements")
    role = models.CharField(_("side"), max_length=2, choices=AgreementRole.choices)
    pr_share = models.IntegerField(_("performing"), default=0)
    mr_share = models.IntegerField(_("mechanical"), default=0)
    sr_share = models.IntegerField(_("synchronisation"), default=0)

    class Meta:
        verbose_name = _("party of an agreement")
        verbose_name_plural = _("parties of an agreement")
        default_permissions = ("view",)
        constraints = [
            # One role for a party: nobody passes on to oneself.
            models.UniqueConstraint(fields=["agreement", "party"], name="one_side_per_party"),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{right}_share__gte": 0, f"{right}_share__lte": WHOLE}),
                    name=f"agreement_{right}_share_within_whole",
                )
                for right in ("pr", "mr", "sr")
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name=f"agreement_whole_{name}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=pgtrigger.Referencing(new="new_rows"),
                declare=[("too_much", "BIGINT")],
                func=_NOT_ABOVE_WHOLE,
            )
            for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
        ]


@documented
class AgreementWork(Public):
    """A work that a specific agreement names, or that a general one leaves out."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="listed")
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="agreements")
    included = models.BooleanField(_("covered"), default=True)

    class Meta:
        verbose_name = _("work of an agreement")
        verbose_name_plural = _("works of an agreement")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["agreement", "work"], name="one_word_on_a_work")]
