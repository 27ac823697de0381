"""What the portal keeps about works by itself goes with them when they are taken out of the register."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cmo_portal.kept_words import in_all_languages
from works.models import AgreementFault, DuplicatePair, NumberRequest, SourceWork, SweptWork
from works.queries.named_elsewhere import FOUND_BY_NUMBER

WITHDRAWN = _("The import that brought the work was undone before this was sent.")


def hold_requests(works: Sequence[int]) -> None:
    """To the end of the transaction no request about these works is sent: what rests on them stays as it was seen."""
    list(_requests(works).select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def let_go(works: Sequence[int]) -> None:
    """Forget comparisons, pairs that nobody decided and faults found; withdraw requests that no agency has seen; let
    works made from these name them by what their senders said. Inside the caller's transaction."""
    SweptWork.objects.filter(work__in=works).delete()
    AgreementFault.objects.filter(work__in=works).delete()
    DuplicatePair.objects.filter(Q(first__in=works) | Q(second__in=works), state="open").delete()
    unsent = _requests(works).filter(state="waiting", sent_at__isnull=True)
    unsent.update(state="withdrawn", message=in_all_languages(WITHDRAWN))
    SourceWork.objects.filter(FOUND_BY_NUMBER, source__in=works).update(source=None)


def _requests(works: Sequence[int]) -> QuerySet[NumberRequest]:
    return NumberRequest.objects.filter(Q(work__in=works) | Q(other_work__in=works))
