"""What the undoing of an import does with agreements: those that the file brought never were, unless something outside
the file rests on them; those that it changed list works as before."""

from collections.abc import Collection, Sequence
from typing import Any

from works.models import Agreement, AgreementWork, ImportedRecord, RegistrationFile
from works.services.cwr_chains import of_chains, restore_emptied
from works.services.resting import made_by, made_rows, resting_on_agreements

Resting = tuple[tuple[Agreement, tuple[str, ...]], ...]
LISTING_FIELDS = ("agreement_id", "included")


def agreements_to_undo(
    file: RegistrationFile, *, taken_back: Collection[int], staying: Collection[int]
) -> tuple[tuple[Agreement, ...], Resting]:
    """The agreements of a file that go with the works that are taken back, and those that cannot, with the reasons.
    Of those that publisher chains brought, only what lists no work any more goes."""
    made = Agreement.objects.filter(pk__in=made_rows(file, "agreement"), state="active")
    made = made.prefetch_related("parties__party").order_by("number")
    signed = list(made.exclude(of_chains()))
    reasons = resting_on_agreements(file, [each.pk for each in signed], staying=staying)
    goes = AgreementWork.objects.filter(pk__in=made_rows(file, "listing"), work__in=taken_back)
    others = AgreementWork.objects.filter(agreement__in=made_rows(file, "agreement")).exclude(pk__in=goes.values("pk"))
    emptied = made.filter(of_chains()).exclude(pk__in=others.values("agreement"))
    gone = sorted(
        [*emptied, *(each for each in signed if each.pk not in reasons)], key=lambda agreement: agreement.number
    )
    return tuple(gone), tuple((each, tuple(reasons[each.pk])) for each in signed if each.pk in reasons)


def take_agreements_back(
    file: RegistrationFile,
    agreements: Sequence[Agreement],
    *,
    taken_back: Collection[int],
    revised: Collection[int],
    staying: Collection[int],
) -> None:
    """Withdraw agreements of a file, and let others list works as before: those that it emptied are in the books again.
    Works that the file only named, and that it neither made nor revised, get their listings back too."""
    mine = made_by(file, "listing")
    AgreementWork.objects.filter(pk__in=mine, work__in=taken_back).delete()
    old = ImportedRecord.objects.filter(file=file, act="removed", kind="listing").exclude(work__in=staying)
    old = old.exclude(work__in=set(taken_back) - set(revised)).exclude(record_id__in=mine)
    AgreementWork.objects.bulk_create(
        [AgreementWork(work=row.work, **_fields(row.data)) for row in old.select_related("work").order_by("pk")],
        ignore_conflicts=True,
    )
    restore_emptied(file=file)
    Agreement.objects.filter(pk__in=[each.pk for each in agreements], state="active").update(state="withdrawn")


def _fields(data: dict[str, Any] | None) -> dict[str, Any]:
    return {name: (data or {})[name] for name in LISTING_FIELDS}
