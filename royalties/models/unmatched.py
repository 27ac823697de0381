"""Usage without a known work as people outside see it, what members claim of it, and what they set aside.

`UnmatchedText` is derived: a job makes it anew from the newest matches, every hour. Claims and what was set aside name
a text by its key, which is the same in every file.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public, Recorded, never_emptied
from cmo_portal.wording import comma_list
from licensing.models.tariffs import UseCategory
from members.models import Member
from works.models import Work

USE_KINDS = [*UseCategory.choices, ("other", _("Other use"))]  # of files that feed no pool yet
CLAIM_STATES = [
    ("open", _("Waiting for an answer")),
    ("accepted", _("Accepted")),
    ("refused", _("Not accepted")),
    ("withdrawn", _("Withdrawn")),
]
ANSWERS = [
    ("matched", _("The usage was matched to your work.")),
    ("other", _("The usage was matched to another work.")),
    ("none", _("We cannot match the usage to a work of ours.")),
    ("ignored", _("This usage is not paid: it is a jingle, talk, or in the public domain.")),
]
JUDGED = Q(decided_by__isnull=False, decision__isnull=False, ended_at__isnull=False)
# Nobody decides about her own claim, and nothing is accepted that no person matched.
DECIDED_BY_ANOTHER = """
    IF NEW.state IN ('accepted', 'refused') AND EXISTS (
            SELECT 1 FROM members_member m WHERE m.id = NEW.member_id AND m.user_id = NEW.decided_by_id) THEN
        RAISE EXCEPTION 'claim % is decided by the member who made it', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'text_claim_decided_by_another';
    END IF;
    IF NEW.state = 'accepted' AND NOT EXISTS (
            SELECT 1 FROM royalties_usagematch m JOIN works_work w ON w.id = NEW.work_id
            WHERE m.decision = NEW.decision AND m.outcome = 'matched'
                AND m.work_id = coalesce(w.merged_into_id, w.id)) THEN
        RAISE EXCEPTION 'claim % is accepted without a match to its work', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'text_claim_accepted_by_its_match';
    END IF;
    RETURN NEW;
"""


class UnmatchedText(Public):
    """One text that has no known work, over all taken files. One without a title is left out: nobody could know it.

    `place` counts from the most used; `step` is the usage meter. `held` is what published runs hold for it, in minor
    units, until `keep_until`. `works` are those that the matching found to be near. By the last fields it is found;
    `indexed` says whether they are made.
    """

    key = models.BinaryField(max_length=32, unique=True)
    title = models.TextField()
    creators = models.TextField(blank=True)
    performers = models.TextField(blank=True)
    place = models.IntegerField(db_index=True)
    step = models.SmallIntegerField()
    kinds = ArrayField(models.CharField(max_length=20))
    first_day = models.DateField()
    last_day = models.DateField()
    held = models.BigIntegerField(default=0)
    keep_until = models.DateField(null=True)
    works = ArrayField(models.BigIntegerField(), default=list)
    listed_at = models.DateTimeField()
    indexed = models.BooleanField(db_default=False)
    title_keys = ArrayField(models.TextField(), db_default=[])
    title_sounds = ArrayField(models.TextField(), db_default=[])
    name_sounds = ArrayField(models.TextField(), db_default=[])
    words = ArrayField(models.TextField(), db_default=[])
    sounds = ArrayField(models.TextField(), db_default=[])

    class Meta:
        default_permissions = ()
        indexes = [
            GinIndex(fields=["title_keys"], name="unmatched_by_title", fastupdate=False),
            GinIndex(fields=["title_sounds"], name="unmatched_by_title_sound", fastupdate=False),
            GinIndex(fields=["name_sounds"], name="unmatched_by_names", fastupdate=False),
            GinIndex(fields=["sounds"], name="unmatched_by_words", fastupdate=False),
            GinIndex(fields=["works"], name="unmatched_by_works", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_people(self) -> str:
        """Performers and writers, as people read them; nobody twice."""
        names = [name for text in (self.performers, self.creators) for name in text.split("|") if name]
        return comma_list(dict.fromkeys(names))

    @property
    def kind_words(self) -> str:
        """The kinds of use, in words."""
        return comma_list(str(dict(USE_KINDS)[kind]) for kind in self.kinds)


@pghistory.track()
class TextClaim(Public):
    """A member says that usage without a known work is of a work of hers; a person at the matching desk decides.

    `title` and `people` are the text as she saw it. `decision` names the matches that settled it, `answer` says how.
    """

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    key = models.BinaryField(max_length=32, db_index=True)
    title = models.TextField()
    people = models.TextField(blank=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="text_claims")
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    form_key = models.UUIDField(unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=CLAIM_STATES, default="open")
    answer = models.CharField(_("answer"), max_length=8, choices=ANSWERS, blank=True)
    decision = models.UUIDField(null=True, editable=False, db_index=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("claim to unmatched usage")
        verbose_name_plural = _("claims to unmatched usage")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["key", "member"], condition=Q(state="open"), name="one_open_text_claim_of_a_member"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="text_claim_has_a_reason"),
            models.CheckConstraint(
                condition=Q(state="open", answer="", decided_by=None, decision=None, ended_at=None)
                | Q(state="withdrawn", answer="", decided_by=None, decision=None, ended_at__isnull=False)
                | Q(state="accepted", answer="matched") & JUDGED
                | Q(state="refused", answer__in=["other", "none", "ignored"]) & JUDGED,
                name="text_claim_ends_with_its_answer",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="text_claim_moves",
                field="state",
                transitions=[
                    ("open", "accepted"),
                    ("open", "refused"),
                    ("open", "withdrawn"),
                    ("accepted", "open"),
                    ("refused", "open"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="text_claim_stands", exclude=["state", "answer", "decision", "decided_by", "ended_at"]
            ),
            pgtrigger.Trigger(
                name="text_claim_is_judged",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=DECIDED_BY_ANOTHER,
            ),
            pgtrigger.Protect(name="text_claim_stays", operation=pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class TextSetAside(Recorded):
    """A member said that a text is not hers: it is not suggested to her again."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "DELETE")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="texts_set_aside")
    key = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="text_set_aside_once")]
