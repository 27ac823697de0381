"""Effective collection shares of a whole repertoire, beside reading the same share rows out of the database.

The limit is a plain COPY of the shares: whoever resolves them has to read them at least. Resolving in columns is timed
apart from reading what it needs, and one work at a time as a page asks for it.
"""

import datetime as dt
import os
import random
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.db import connection, transaction

from cmo_portal.common import clock
from cmo_portal.common.clock import business_date
from cmo_portal.common.copying import copy_out
from cmo_portal.common.money import WHOLE_SHARE
from cmo_portal.common.pgcopy import layout
from cmo_portal.common.plans import bulk_plans
from members.models import Party
from royalties.bench.place import Place
from royalties.bench.repertoire import make_repertoire
from royalties.queries.agreement_faults import ORDERS, listed_faults, standing_faults
from royalties.services.agreement_faults import count_stakes
from works.models import Agreement, AgreementParty, AgreementWork, Work
from works.queries.chains import collection_of, load_chains, question
from works.services.agreement_faults import sweep_agreements

HERE = "0586"
AREAS = ("2136", "2106", HERE)
TIERS = 5  # the longest chain has so many publishers, and the writer
TODAY = dt.date(2026, 10, 1)
START = dt.date(2015, 1, 1)
WRITERS, PUBLISHERS = 8_000, 3_000  # the most prolific writers have publishers; publishers have publishers abroad
PLAIN = layout(id="int8", work_id="int8", party_id="int8", share="int4")
PLAIN_SHARES = "SELECT id, work_id, party_id, share FROM works_workshare"
ALL_WORKS = "SELECT id AS work_id FROM works_work"


def measure_shares(place: Place, *, works: int, repeats: int, seed: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Make a repertoire with agreements and resolve the performing right of all its works in one country."""
    tell(f"making {works:,} works")
    make_repertoire(place, works=works, seed=seed)
    tell("making agreements")
    _make_agreements(random.Random(seed))  # noqa: S311 - reproducible data
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rounds = []
    for number in range(max(repeats, 3)):
        tell(f"round {number + 1}")
        rounds.append(_round())
    report: dict[str, Any] = {"works": works, "cores": os.cpu_count(), **rounds[-1].pop("counts")}
    copied = statistics.median(one["copy"] for one in rounds)
    for name in ("copy", "read", "resolve"):
        seconds = statistics.median(one[name] for one in rounds)
        report[name] = {"seconds": round(seconds, 3), "ratio": round(seconds / copied, 2)}
    report["resolve"]["works_per_second"] = round(works / report["resolve"]["seconds"])
    both = report["read"]["seconds"] + report["resolve"]["seconds"]
    report["works_per_second"] = round(works / both)
    tell("looking for agreements that cannot all be true")
    report["look_through"] = _look_through()
    tell("asking single works")
    return report | {"one_work_ms": _single(works, seed)}


def _make_agreements(chance: random.Random) -> None:
    """Writers with their publishers, publishers with those of the next tier, and agreements about single works."""
    last = Party.objects.order_by("-pk").values_list("pk", flat=True)[0]
    writers = min(WRITERS, last // 3)
    publishers = list(range(last - min(PUBLISHERS, last // 3), last))
    links = [(writer, chance.choice(publishers), "OG", 500_000) for writer in range(1, writers + 1)]
    tier = len(publishers) // TIERS
    for place, publisher in enumerate(publishers[: tier * (TIERS - 1)]):
        next_tier = (place // tier + 1) * tier
        links.append((publisher, publishers[next_tier + chance.randrange(tier)], "PG", 750_000))
        if place % 4 == 0:
            links.append((publisher, publishers[-1], "PS", 1_000_000))
    agreements = Agreement.objects.bulk_create(
        Agreement(
            number=f"B{number}", agreement_type=kind, territory=chance.choice(("2136", "2106", HERE)), start_date=START
        )
        for number, (_giver, _taker, kind, _units) in enumerate(links, 1)
    )
    AgreementParty.objects.bulk_create(
        AgreementParty(agreement=agreement, party_id=party, role=role, pr_share=units)
        for agreement, (giver, taker, _kind, part) in zip(agreements, links, strict=True)
        for party, role, units in ((giver, "AS", WHOLE_SHARE - part), (taker, "AC", part))
    )
    specific = [agreement for agreement in agreements if agreement.agreement_type == "PS"]
    works = Work.objects.order_by("pk").values_list("pk", flat=True)
    named = chance.sample(list(works), min(len(works), 20 * len(specific)))
    AgreementWork.objects.bulk_create(
        AgreementWork(agreement=specific[place % len(specific)], work_id=work) for place, work in enumerate(named)
    )


def _round() -> dict[str, Any]:
    with transaction.atomic(), bulk_plans():
        times = [time.perf_counter()]
        copy_out(PLAIN_SHARES, PLAIN)
        times.append(time.perf_counter())
        loaded = load_chains(right="PR", territory=HERE, on=TODAY, works=ALL_WORKS, parameters={})
        times.append(time.perf_counter())
        found = loaded.followed(question(TODAY))
        times.append(time.perf_counter())
    kept = found.answer()
    if int(kept.kept.sum()) != int(loaded.owners.units.sum()):
        raise ArithmeticError("parts were lost on the way")
    counts = {"shares": len(loaded.owners), "links": len(loaded.links), "named": len(loaded.named),
              "parts": len(kept), "longest_chain": int(kept.depth.max())}  # fmt: skip
    spans = [later - earlier for earlier, later in pairwise(times)]
    return {**dict(zip(("copy", "read", "resolve"), spans, strict=True)), "counts": counts}


def _look_through() -> dict[str, Any]:
    """Seconds to ask for all rights of all works, to find those at fault and to count what hangs on them, twice: the
    first time their rows are written, the second time they stand; and milliseconds of the first page of the list."""
    spans, found = [], 0
    for _ in range(2):
        began = time.perf_counter()
        now = clock.now()
        found = sweep_agreements(on=business_date(now), now=now, told=lambda _done, _total: None, held=lambda: None)
        count_stakes(now=now)
        spans.append(round(time.perf_counter() - began, 1))
    took = []
    for _ in range(20):
        began = time.perf_counter()
        standing_faults(list(listed_faults().order_by(*ORDERS[""])[:25]), on=clock.today())
        took.append((time.perf_counter() - began) * 1000)
    page = {"p50": round(statistics.median(took)), "max": round(max(took))}
    return {"first_seconds": spans[0], "again_seconds": spans[1], "at_fault": found, "page_ms": page}


def _single(works: int, seed: int) -> dict[str, float]:
    """Milliseconds of the answer for one work, as its page asks."""
    chance = random.Random(seed)  # noqa: S311 - reproducible data
    first = Work.objects.order_by("pk").values_list("pk", flat=True)[0]
    took = []
    for _ in range(200):
        began = time.perf_counter()
        collection_of(work_id=first + chance.randrange(works), right="PR", territory=HERE, on=TODAY)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {"p50": round(took[100], 1), "p95": round(took[190], 1), "max": round(took[-1], 1)}
