"""C2: what came last, what waits and why, what to do next."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from cmo_portal.wording import date_text, grouped, period_text, words_text
from members.models import Member
from royalties.access import member_page
from royalties.forms.statements import HeldFilter
from royalties.models import Statement
from royalties.queries.statements import statements_of
from royalties.queries.waiting import HeldGroup, Standing, held_list, standing
from royalties.queries.why_words import in_reader_language
from royalties.rules.threshold import Payout
from works.queries.titles import own_titles

Item = dict[str, Any]


@member_page
@require_safe
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """C2: the last statement, what is owed, what waits and why, and what only she can do."""
    today = clock.today()
    where = standing(member, on=today)
    last = statements_of(member.party).exclude(run__state="reversed").first()
    unpaid = _unpaid(where)
    context = {
        "member": member,
        "last": last,
        "figures": _figures(last, where),
        "unpaid": unpaid,
        "ready": where.balance if where.balance > 0 and not unpaid else 0,
        "held": [_held(group) for group in where.held],
        "tasks": _tasks(where, today),
    }
    return render(request, "royalties/member/home.html", context)


@member_page
@require_safe
def waiting_list(request: HttpRequest, member: Member) -> HttpResponse:
    """Every held amount that may be hers, with its song, its reason and until when it waits."""
    chosen = HeldFilter(request.GET)
    held = held_list(member.party, chosen.chosen()).prefetch_related(own_titles("line__work__"))
    page = keyset_page(held, order=("-pk",), query=request.GET)
    rows = [(claim, in_reader_language(claim.line.pool.name, claim.line.pool.name_ur)) for claim in page.rows]
    context = {
        "page": page,
        "rows": rows,
        "filter_form": chosen,
        "today": clock.today(),
        "empty_text": _("Nothing is held for you."),
    }
    return render(request, "royalties/member/waiting_list.html", context)


def _figures(last: Statement | None, where: Standing) -> list[Item]:
    figures: list[Item] = []
    if last:
        period = period_text(last.run.period_start, last.run.period_end)
        url = reverse("royalties:member-statement-detail", args=[last.uid])
        figures.append({"label": _("Your last statement"), "amount": last.earned, "url": url, "note": period})
    owed: Item = {"label": _("Owed to you now"), "amount": where.balance}
    if where.balance and last:
        owed["url"] = reverse("royalties:member-statement-list")
    figures.append(owed)
    if where.held:
        url = reverse("royalties:member-waiting-list")
        note = _("not decided yet whose it is, or not payable yet")
        held: Item = {"label": _("Held, with its reason"), "amount": where.held_amount, "url": url, "note": note}
        figures.append(held | {"tone": "waiting"})
    return figures


def _unpaid(where: Standing) -> list[Item]:
    """Why the balance is not paid yet: everything that stands in the way, each with the act that removes it."""
    if where.balance <= 0:
        return []
    found: list[Item] = []
    if not where.has_account and where.account_waits:
        text = _("Your bank details wait for a second person to approve them.")
        found.append(_item(text, where.balance, "members:member-bank", _("See your bank details")))
    elif not where.has_account:
        text = _("We have no bank account of yours to pay to.")
        found.append(_item(text, where.balance, "members:member-bank-change", _("Give an account")))
    if where.sent_back is not None:
        text = _("The bank sent your last payment back: %(reason)s.") % {"reason": where.sent_back}
        found.append(_item(text, where.balance, "members:member-bank", _("See your bank details")))
    if not where.has_tax_class:
        text = _("Your tax status is not recorded, so we do not know which tax to withhold.")
        found.append(_item(text, where.balance, "members:member-profile", _("See your profile")))
    if where.payout and where.payout.reason == "below_minimum":
        found.append(_item(_payout_text(where.payout), where.balance, "royalties:member-statement-list", _("See why")))
    if where.is_stopped:
        text = _("Payments are stopped because of the state of your membership. Please call us.")
        found.append(_item(text, where.balance, "members:member-profile", _("See your profile")))
    return found


def _payout_text(payout: Payout) -> str:
    return words_text(payout.words)


def _item(text: str, amount: int, url_name: str, action: str) -> Item:
    return {"text": text, "amount": amount, "url": reverse(url_name), "action": action}


def _held(group: HeldGroup) -> Item:
    count = {"works": grouped(group.works)}
    texts = {
        "dispute": ngettext(
            "%(works)s song of yours is disputed. Only the disputed part is held; the rest pays.",
            "%(works)s songs of yours are disputed. Only the disputed parts are held; the rest pays.",
            group.works,
        ),
        "unconfirmed": ngettext(
            "%(works)s song of yours waits until all co-writers have agreed to its split.",
            "%(works)s songs of yours wait until all co-writers have agreed to their splits.",
            group.works,
        ),
        "no_mandate": ngettext(
            "For %(works)s song we have no mandate of yours for the right that was used.",
            "For %(works)s songs we have no mandate of yours for the right that was used.",
            group.works,
        ),
        "public_domain": ngettext(
            "A part of %(works)s song belongs to nobody: its words or music are in the public domain.",
            "Parts of %(works)s songs belong to nobody: their words or music are in the public domain.",
            group.works,
        ),
    }
    fallback = ngettext("Your share of %(works)s song waits.", "Your shares of %(works)s songs wait.", group.works)
    actions = {"dispute": _("See the disputes"), "unconfirmed": _("See who has answered")}
    url = f"{reverse('royalties:member-waiting-list')}?{urlencode({'reason': group.reason})}"
    return {
        "reason": group.reason,
        "text": texts.get(group.reason, fallback) % count,
        "amount": group.amount,
        "url": url,
        "action": actions.get(group.reason, _("See the songs")),
        "mandates": reverse("members:member-document-list") if group.reason == "no_mandate" else "",
    }


def _tasks(where: Standing, today: dt.date) -> list[Item]:
    """What only the member can do, the most urgent first."""
    tasks = [*_account_tasks(where), *_split_task(where), *(_dispute_task(*group, today) for group in where.disputes)]
    if where.draft:
        url = reverse("works:member-draft-title", args=[where.draft.uid])
        tasks.append(_task(_("Finish the registration you began"), url, where.draft.title, "in_progress"))
    return tasks


def _account_tasks(where: Standing) -> list[Item]:
    """An account is missing, or the bank takes no money for the one we have."""
    state, name = ("in_progress", "bank") if where.account_waits else ("not_started", "bank-change")
    if not where.has_account:
        hint = _("Without one nothing can be paid, and your money waits for you.")
        return [_task(_("Give us a bank account"), reverse(f"members:member-{name}"), hint, state)]
    if where.sent_back is None:
        return []
    hint = _("Your money waits until then. If the account you gave is right, ask us to confirm it.")
    return [_task(_("Give us another bank account"), reverse("members:member-bank"), hint, state)]


def _split_task(where: Standing) -> list[Item]:
    """Works that name her wait for her word on the split."""
    if not where.splits:
        return []
    hint = ngettext("%(works)s work", "%(works)s works", where.splits) % {"works": grouped(where.splits)}
    return [
        _task(_("Agree to the split of works that name you"), reverse("works:member-work-list"), hint, "not_started")
    ]


def _dispute_task(deadline: dt.date, works: int, today: dt.date) -> Item:
    """Evidence can be sent until its day; after it the society decides."""
    songs = ngettext("%(works)s song", "%(works)s songs", works) % {"works": grouped(works)}
    url, day = reverse("royalties:member-dispute-list"), date_text(deadline)
    if deadline < today:
        hint = _(
            "%(songs)s: evidence was due by %(day)s. We decide now on what we have; the money stays held until then. If"
            " something is missing, write to us at once."
        )
        return _task(_("The day for evidence has passed"), url, hint % {"songs": songs, "day": day}, "in_progress")
    hint = _("%(songs)s, by %(day)s") % {"songs": songs, "day": day}
    return _task(_("Answer and send your evidence on disputed songs"), url, hint, "not_started")


def _task(title: str, url: str, hint: str, state: str) -> Item:
    return {"title": title, "url": url, "hint": hint, "state": state}
