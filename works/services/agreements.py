"""Agreements: taking them into the books, naming works, ending them, and withdrawing what was never right."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines
from cmo_portal.wording import share_text
from members.models import Party
from members.models.parties import Right
from members.models.territories import WORLD
from members.services.areas import write_area
from works.models import Agreement, AgreementParty, AgreementWork, Work
from works.models.agreements import GENERAL, AgreementRole, AgreementType
from works.models.works import WHOLE
from works.queries.contradiction_words import contradiction_text
from works.queries.contradictions import Contradiction, contradictions_of
from works.services.counting import next_numbers, pass_over

EDIT = "works.edit_works"
RIGHTS = ("PR", "MR", "SR")
_OUR_NUMBER = re.compile(r"A(\d{7,13})")
COUNTER = "works_agreement_number"


@dataclass(frozen=True, slots=True)
class NewSide:
    """A party of an agreement with its parts of performing, mechanical and synchronisation right (1/10,000 of a %)."""

    party: Party
    role: str
    shares: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says besides its parties and works; the words are those of `Agreement`."""

    agreement_type: str
    start_date: dt.date
    territory: str = WORLD
    end_date: dt.date | None = None
    retention_end: dt.date | None = None
    prior_royalties: str = "N"
    prior_royalties_from: dt.date | None = None
    post_term: str = "N"
    post_term_until: dt.date | None = None
    signed_on: dt.date | None = None
    shares_change: bool = False
    sales_manufacture: str = ""
    advance_given: bool = False
    submitter: str = ""
    submitter_number: str = ""
    society_number: str = ""
    international_code: str = ""


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """An agreement as it is written down: `works` are covered by a specific one and left out of a general one."""

    terms: Terms
    sides: tuple[NewSide, ...]
    works: tuple[Work, ...] = field(default=())


class Contradicts(ValidationError):
    """Agreements in the books together give away too much; the messages name them. `mark` stands for exactly these:
    who has read them and saves all the same gives it back."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__([contradiction_text(one) for one in found])
        self.mark = hashlib.sha256(repr([one.mark for one in found]).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Warned:
    """That whoever saves is warned of new contradictions from today on; `accepted` is the mark of those that they have
    read. Files are taken as they come: their contradictions are told on the pages of the works."""

    today: dt.date
    accepted: str = ""

    def standing(self, agreement: Agreement) -> list[Contradiction]:
        """What an agreement contradicts before it changes."""
        _wait_for(agreement.parties.filter(role=AgreementRole.ASSIGNOR).values_list("party", flat=True))
        return contradictions_of(agreement, today=self.today)

    def of_new(self, agreement: Agreement, before: Sequence[Contradiction] = ()) -> None:
        """Raises Contradicts where an agreement, as it is written now, contradicts others and did not `before`."""
        known = {one.mark for one in before}
        fresh = [one for one in contradictions_of(agreement, today=self.today) if one.mark not in known]
        if fresh and (refusal := Contradicts(fresh)).mark != self.accepted:
            raise refusal


@transaction.atomic
def record_agreement(
    *,
    new: NewAgreement,
    by: User,
    source: str = "staff",
    number: str = "",
    form_key: UUID | None = None,
    warned: Warned | None = None,
) -> Agreement:
    """Take an agreement into the books. `number` is ours when a file of our own brings it back; the same `form_key`
    brings the agreement that it brought before.

    Raises ValidationError with everything that is wrong, by field.
    """
    require(by, EDIT)
    check_agreement(new)
    if form_key or warned:
        _wait_for(side.party.pk for side in new.sides if side.role == AgreementRole.ASSIGNOR)
    if form_key and (known := Agreement.objects.filter(uid=form_key).first()):
        return known
    write_area(new.terms.territory)
    own = {"uid": form_key} if form_key else {}
    agreement = Agreement.objects.create(number=_number(number), source=source, **own, **asdict(new.terms))
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=agreement,
            party=side.party,
            role=side.role,
            pr_share=side.shares[0],
            mr_share=side.shares[1],
            sr_share=side.shares[2],
        )
        for side in new.sides
    )
    _name_works(agreement, new.works, included=not agreement.is_general)
    if warned:
        warned.of_new(agreement)
    facts = {"sides": [[str(side.party.uid), side.role, *side.shares] for side in new.sides], "works": len(new.works)}
    record_act(by=by, verb="record_agreement", on=agreement, facts=facts)
    return agreement


@transaction.atomic
def name_works(
    *, agreement: Agreement, works: Sequence[Work], by: User, reason: str, warned: Warned | None = None
) -> None:
    """Add works to those that a specific agreement covers, or that a general one leaves out."""
    locked = _change(agreement, by, reason)
    there = set(locked.listed.filter(work__in=list(works)).values_list("work", flat=True))
    if not (works := [work for work in works if work.pk not in there]):
        raise ValidationError(_("Nothing is changed: these works stand on the list already."))
    if gone := _gone_faults(works):
        raise ValidationError(gone)
    before = warned.standing(locked) if warned else []
    _name_works(locked, works, included=not locked.is_general)
    if warned:
        warned.of_new(locked, before)
    facts = {"added": [work.number for work in works], "reason": clean_lines(reason)[:500]}
    record_act(by=by, verb="name_works_of_agreement", on=locked, facts=facts)


@transaction.atomic
def drop_works(
    *, agreement: Agreement, works: Sequence[Work], by: User, reason: str, warned: Warned | None = None
) -> None:
    """Take works off the list of an agreement; what was known before stays in the history."""
    locked = _change(agreement, by, reason)
    there = set(locked.listed.filter(work__in=list(works)).values_list("work", flat=True))
    if not (works := [work for work in works if work.pk in there]):
        raise ValidationError(_("Nothing is changed: none of these works stands on the list."))
    if not locked.is_general and locked.listed.count() == len(works):
        raise ValidationError(
            _("A specific agreement names at least one work. Withdraw the agreement, or correct its end.")
        )
    before = warned.standing(locked) if warned else []
    AgreementWork.objects.filter(agreement=locked, work__in=works).delete()
    if warned:
        warned.of_new(locked, before)
    facts = {"ended": [work.number for work in works], "reason": clean_lines(reason)[:500]}
    record_act(by=by, verb="drop_works_of_agreement", on=locked, facts=facts)


@transaction.atomic
def correct_terms(
    *, agreement: Agreement, terms: Terms, by: User, reason: str, warned: Warned | None = None
) -> Agreement:
    """Put other terms in the place of those in the books, for instance an end. The kind of an agreement stays."""
    locked = _change(agreement, by, reason)
    faults = _term_faults(terms)
    if (terms.agreement_type in GENERAL) != locked.is_general:
        faults["agreement_type"] = [_("A general agreement stays general. Withdraw it and enter it anew.")]
    if faults:
        raise ValidationError(faults)
    changed = {name: [old, value] for name, value in asdict(terms).items() if (old := getattr(locked, name)) != value}
    if not changed:
        raise ValidationError(_("Nothing is changed: these terms stand in the books already."))
    write_area(terms.territory)
    before = warned.standing(locked) if warned else []
    for name, (_old, value) in changed.items():
        setattr(locked, name, value)
    locked.save()
    if warned:
        warned.of_new(locked, before)
    record_act(
        by=by, verb="correct_agreement", on=locked, facts={"changes": changed, "reason": clean_lines(reason)[:500]}
    )
    return locked


@transaction.atomic
def withdraw_agreement(*, agreement: Agreement, by: User, reason: str) -> Agreement:
    """Take an agreement that never was out of the books. One that has ended is not withdrawn but ends."""
    locked = _change(agreement, by, reason)
    locked.state = "withdrawn"
    locked.save(update_fields=["state"])
    record_act(by=by, verb="withdraw_agreement", on=locked, facts={"reason": clean_lines(reason)[:500]})
    return locked


def check_agreement(new: NewAgreement) -> None:
    """Everything that is wrong with an agreement, at once: {field: [what]}."""
    faults = _term_faults(new.terms)
    if side_faults := list(_side_faults(new.sides)):
        faults["sides"] = side_faults
    if new.terms.agreement_type not in GENERAL and not new.works:
        faults["works"] = [_("A specific agreement names at least one work.")]
    elif gone := _gone_faults(new.works):
        faults["works"] = gone
    if faults:
        raise ValidationError(faults)


def _term_faults(terms: Terms) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if terms.agreement_type not in AgreementType.values:
        faults["agreement_type"] = [_("Choose the kind of agreement.")]
    if terms.end_date and terms.end_date < terms.start_date:
        faults["end_date"] = [_("The agreement ends before it begins. Correct one of the days.")]
    if terms.retention_end and (not terms.end_date or terms.retention_end < terms.end_date):
        faults["retention_end"] = [_("Retention follows the end: give the end, and a later day here.")]
    if (terms.prior_royalties == "D") != (terms.prior_royalties_from is not None):
        faults["prior_royalties_from"] = [_("Give the day from which it collects, or choose another answer.")]
    elif terms.prior_royalties_from and terms.prior_royalties_from >= terms.start_date:
        faults["prior_royalties_from"] = [_("Earlier royalties are from before the start. Give an earlier day.")]
    if (terms.post_term == "D") != (terms.post_term_until is not None):
        faults["post_term_until"] = [_("Give the last day of collection, or choose another answer.")]
    elif terms.post_term_until and (not terms.end_date or terms.post_term_until < terms.end_date):
        faults["post_term_until"] = [_("Collection after the end needs an end, and a day after it.")]
    return faults


def _side_faults(sides: Sequence[NewSide]) -> Iterable[str]:
    roles = {side.role for side in sides}
    if AgreementRole.ASSIGNOR not in roles or AgreementRole.ACQUIRER not in roles:
        yield _("An agreement has at least one assignor and one acquirer.")
    if len({side.party.pk for side in sides}) < len(sides):
        yield _("A party stands on one side, once.")
    if not any(sum(side.shares) for side in sides if side.role == AgreementRole.ACQUIRER):
        yield _("The acquirers get a part of at least one right.")
    for place, right in enumerate(RIGHTS):
        total = sum(side.shares[place] for side in sides)
        if total not in (0, WHOLE):
            yield _(
                "%(right)s: the parts of all parties add up to %(total)s. Let them make 100 %%, or leave all blank."
            ) % {
                "right": Right(right).label,
                "total": share_text(total),
            }


def _gone_faults(works: Iterable[Work]) -> list[str]:
    said = _("%(work)s was refused or withdrawn: no agreement is about it any more. Take its number out.")
    return [said % {"work": work.number} for work in works if work.state in ("refused", "withdrawn")]


def _change(agreement: Agreement, by: User, reason: str) -> Agreement:
    """The agreement, locked for a change with a reason. Raises ValidationError."""
    require(by, EDIT)
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if not clean_lines(reason):
        raise ValidationError(_("Say why the agreement changes: it stands in the record of acts."))
    if locked.state != "active":
        raise ValidationError(_("This agreement was withdrawn."))
    return locked


def _wait_for(assignors: Iterable[int]) -> None:
    """Let entries of the same assignors come one after the other, so that each is compared with those before. Imports
    do not wait: they hold thousands of parties, and two of them would wait for each other."""
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=list(assignors)).order_by("pk").values_list("pk"))


def _name_works(agreement: Agreement, works: Sequence[Work], *, included: bool) -> None:
    AgreementWork.objects.bulk_create(
        (AgreementWork(agreement=agreement, work=work, included=included) for work in works), ignore_conflicts=True
    )


def _number(brought_back: str) -> str:
    """The number brought back, which is then never given again, or the next one."""
    if match := _OUR_NUMBER.fullmatch(brought_back):
        pass_over(COUNTER, int(match[1]))
    return brought_back or f"A{next_numbers(COUNTER)[0]:07d}"
