"""Telling members that a split waits for their answer: once when it is asked, once more on the day of the reminder."""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import Q

from members.models import Member
from members.models.membership import LIVING
from works.models import SplitAnswer
from works.queries.splits import ASKED
from works.split_mail import send_split_notice

AT_ONCE = 500  # answers that one round looks at; the next round takes the rest


@transaction.atomic
def send_split_notices(*, today: dt.date) -> int:
    """One message to each member with questions she was not told of, or whose reminder is due; returns how many.

    Safe to run twice and at the same time: what is being told is locked, and noted before the messages leave.
    """
    due = Q(notices=0) | Q(notices=1, proposal__remind_on__lte=today)
    askable = Q(party__member__state__in=LIVING, party__member__user__isnull=False)
    waiting = SplitAnswer.objects.filter(due, askable, ASKED, state="waiting")
    rows = list(waiting.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:AT_ONCE])
    told: dict[tuple[int, bool], int] = defaultdict(int)
    for row in rows:
        told[row.party_id, row.notices == 1] += 1
        row.notices += 1
    SplitAnswer.objects.bulk_update(rows, ["notices"])
    members = {member.party_id: member for member in Member.objects.filter(party__in={pk for pk, _again in told})}
    for (party, is_reminder), count in told.items():
        send_split_notice(members[party], count=count, is_reminder=is_reminder)
    return len(told)
