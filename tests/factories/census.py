"""The radio census of worked example C1 as real rows: members, works with a dispute, usage, a pool, and a run over it."""

from dataclasses import dataclass, field
from typing import Any

from members.models import Party
from members.models.parties import PartyKind
from royalties.models import Run, Statement
from royalties.services import runs
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import make_member, make_party
from works.models import Work
from works.services.disputes import NewClaim, open_dispute

RECEIPTS = 125_000_000
LINES = (
    ("A", 240, 60, "feature", "prime"),
    ("A", 240, 60, "feature", "off"),
    ("B", 180, 200, "feature", "off"),
    ("C", 30, 1000, "jingle", "off"),
    ("U", 190, 70, "feature", "off"),
)


@dataclass
class Census:
    """Parties and works by the names of the example."""

    parties: dict[str, Party] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    run: Run | None = None

    def statement(self, party: str) -> Statement:
        """The statement of a party."""
        return Statement.objects.get(run=self.run, party=self.parties[party])


def world() -> Census:
    """The members and works; half of B is disputed by X1 and X2."""
    census = Census()
    names = {"M1": ("Noor", "Jahan"), "M2": ("Rafi", "Asif"), "PUB1": ("Music House", "")}
    for key, (last, first) in names.items():
        party = make_party(last, first, original="نور جہاں" if key == "M1" else "")
        make_member(party=party, number=int(key[-1]) + (100 if key == "PUB1" else 0))
        census.parties[key] = party
    for key in ("X1", "X2"):
        census.parties[key] = make_member(f"Claimant {key}", number=200 + int(key[-1])).party
    society = make_party("SOC-X", "", kind=PartyKind.SOCIETY, society_code="052")
    census.parties["SOC-X"] = society
    m1, m2, publisher = (census.parties[key] for key in ("M1", "M2", "PUB1"))
    census.works["A"] = shelf.work(
        "Aaj Jane Ki Zid", (m1, "C", 50), (m2, "A", 25), (publisher, "E", 25), original="آج جانے کی ضد"
    )
    census.works["B"] = shelf.work("Bol Ke Lab", (m1, "CA", 50), (None, "CA", 50))
    census.works["C"] = shelf.work("Chai Jingle", (society, "CA", 100))
    open_dispute(
        work=census.works["B"],
        right="PR",
        claims=[NewClaim(census.parties[key], "CA", 500_000) for key in ("X1", "X2")],
        by=money.person("documentation"),
        on=make.QUARTER.start,
    )
    return census


def plays(census: Census) -> list[make.Play]:
    """The usage of the example."""
    return [
        make.Play(f"text {work}", census.works.get(work), count, seconds, use, part)
        for work, seconds, count, use, part in LINES
    ]


def finalised(work: Any) -> Census:
    """The run of the example, posted but not published. `work` is the fixture run_jobs."""
    census = world()
    file = make.usage(*plays(census), name="radio-jul-sep.csv")
    pool = make.pool(RECEIPTS, weights=make.WEIGHED, deductions=make.TWENTY_AND_FIVE, files=[file], code="RADIO")
    census.run = make.finalised_run(work, pool)
    return census


def published(work: Any) -> Census:
    """The run of the example, its statements open to their members."""
    census = finalised(work)
    census.run = runs.publish_run(run=census.run, by=make.maker(), now=make.NOW)
    return census
