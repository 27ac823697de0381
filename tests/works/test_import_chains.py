"""Publisher chains of received files: agreements of their sender that list exactly the works the chains name."""

import os
from pathlib import Path
from typing import Any

import pytest

from cmo_portal.audit.models import Act
from cmo_portal.common import clock
from members.models import Party
from tests.works.formats.cwr_files import SPT, SPU, WORK, behind, changed, cwr_file, read_all
from tests.works.import_files import as_revision, numbered, take
from works.formats.cwr.collection import share_at
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_view import work_of
from works.models import Agreement, AgreementWork, ImportedTransaction, RegistrationFile, Work
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.cwr_chains import give_way, of_chains
from works.services.cwr_differences import collected_in
from works.services.imports import check_registration_file, import_registration_file
from works.services.undoing import ask_undo, do_undo

pytestmark = pytest.mark.django_db
SAMPLES = Path(os.environ.get("CWR_SAMPLES", "no samples"))  # a folder of files of others, where there is one
SUB = SPU | {"ip_no": "P2", "publisher_name": "INDUS MUSIC", "publisher_type": "SE", "ipi_name_no": "00000000395",
             "pr_ownership": "00000", "mr_ownership": "00000", "sr_ownership": "00000"}  # fmt: skip


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def chained(number: str, territory: str = "0586") -> tuple[Any, ...]:
    """A work whose publisher collects in the world but a territory, where its sub-publisher does."""
    records = changed(WORK, "NWR", submitter_work_no=number, title=f"SONG {number}")
    out = SPT | {"incl_excl": "E", "tis_code": territory, "sequence": "002"}
    out |= {"pr_collection": "00000", "mr_collection": "00000", "sr_collection": "00000"}
    here = SPT | {"ip_no": "P2", "tis_code": territory}
    return behind(records, "SPT", ("SPT", out), ("SPU", SUB), ("SPT", here))


def listed() -> dict[str, list[str]]:
    """Territory → titles of the works that an agreement of a chain lists."""
    found = {each.territory: [] for each in Agreement.objects.filter(of_chains())}
    for row in AgreementWork.objects.filter(agreement__in=Agreement.objects.filter(of_chains())).order_by(
        "work__title"
    ):
        found[row.agreement.territory].append(row.work.title)
    return found


def held(work: Work, territory: str, step: int = 10_000) -> dict[str, list[int]]:
    names = {party.pk: party.display_name for party in Party.objects.all()}
    found = collected_in([work.pk], territory, clock.today())[work.pk]
    return {names[party]: [share // step for share in shares] for party, shares in found.items() if party}


def complaints() -> list[str]:
    return [each["message"] for row in ImportedTransaction.objects.all() for each in row.complaints]


def test_the_same_chain_over_several_works_is_one_agreement_that_lists_them(by: Any) -> None:
    take(cwr_file(("NWR", [chained("1"), chained("2"), chained("3", "0356")])), by)
    assert listed() == {"0586": ["SONG 1", "SONG 2"], "0356": ["SONG 3"]}
    only = Agreement.objects.get(territory="0586")
    assert (only.agreement_type, only.source == only.submitter != "", only.prior_royalties) == ("PS", True, "A")
    song = Work.objects.get(title="SONG 1")
    assert held(song, "0586") == {"SANA AHMED": [50, 0, 0], "INDUS MUSIC": [50, 100, 100]}
    assert held(song, "0826") == {"SANA AHMED": [50, 0, 0], "SAFFRON PUBLISHING": [50, 100, 100]}
    assert complaints() == []


def test_a_later_file_adds_works_to_the_same_agreement_and_a_revision_moves_one(by: Any) -> None:
    take(cwr_file(("NWR", [chained("1"), chained("2")])), by)
    take(cwr_file(("NWR", [chained("3")])), by)
    assert listed() == {"0586": ["SONG 1", "SONG 2", "SONG 3"]}
    take(cwr_file(("REV", [as_revision(chained("1", "0356"))])), by)
    assert listed() == {"0586": ["SONG 2", "SONG 3"], "0356": ["SONG 1"]}
    alone = changed(WORK, "NWR", submitter_work_no="2", title="SONG 2")
    take(cwr_file(("REV", [as_revision(alone)])), by)
    assert listed() == {"0586": ["SONG 3"], "0356": ["SONG 1"]}


def test_undoing_an_import_takes_its_agreements_back_and_puts_the_former_ones_in_place(by: Any, staff: Any) -> None:
    take(cwr_file(("NWR", [chained("1"), chained("2")])), by)
    file = take(cwr_file(("REV", [as_revision(chained("1", "0356"))]), ("NWR", [chained("3")])), by)
    assert listed() == {"0586": ["SONG 2", "SONG 3"], "0356": ["SONG 1"]}
    undo(file, by, staff("documentation"))
    assert listed() == {"0586": ["SONG 1", "SONG 2"]}
    assert Agreement.objects.get(territory="0356").state == "withdrawn"


def test_undoing_the_import_that_brought_an_agreement_withdraws_it(by: Any, staff: Any) -> None:
    undo(take(cwr_file(("NWR", [chained("1"), chained("2")])), by), by, staff("documentation"))
    assert listed() == {} and Agreement.objects.get().state == "withdrawn"
    take(cwr_file(("NWR", [chained("4")])), by)
    assert listed() == {"0586": ["SONG 4"]}


def test_an_agreement_that_a_revision_emptied_is_withdrawn_until_the_import_is_undone(by: Any, staff: Any) -> None:
    """A specific agreement without works says nothing any more."""
    take(cwr_file(("NWR", [chained("1")])), by)
    file = take(cwr_file(("REV", [as_revision(chained("1", "0356"))])), by)
    assert list(Agreement.objects.order_by("pk").values_list("territory", "state")) == [
        ("0586", "withdrawn"),
        ("0356", "active"),
    ]
    assert Act.objects.filter(verb="withdraw_agreement").count() == 1
    undo(file, by, staff("documentation"))
    assert list(Agreement.objects.order_by("pk").values_list("territory", "state")) == [
        ("0586", "active"),
        ("0356", "withdrawn"),
    ]
    assert listed() == {"0586": ["SONG 1"]}


def test_an_acquirer_owns_and_hands_on_what_the_original_publisher_before_it_had(by: Any) -> None:
    records = chained("1")
    original = SPU | {"ip_no": "P9", "publisher_name": "OLD HOUSE", "ipi_name_no": "00000000493"}
    original |= dict.fromkeys(("pr_ownership", "mr_ownership", "sr_ownership"), "00000")
    place = next(number for number, (kind, _fields) in enumerate(records) if kind == "SPU")
    acquirer = ("SPU", records[place][1] | {"publisher_type": "AQ"})
    link = {"publisher_ip_no": "P9", "publisher_name": "OLD HOUSE"}
    records = changed((*records[:place], ("SPU", original), acquirer, *records[place + 1 :]), "PWR", **link)
    file = take(cwr_file(("NWR", [records])), by)
    song = Work.objects.get()
    assert file.report["accepted"] == 1 and complaints() == []
    assert sorted(song.shares.filter(right="MR").values_list("role", "share")) == [("AQ", 1_000_000)]
    assert held(song, "0586") == {"SANA AHMED": [50, 0, 0], "INDUS MUSIC": [50, 100, 100]}
    assert held(song, "0826") == {"SANA AHMED": [50, 0, 0], "SAFFRON PUBLISHING": [50, 100, 100]}


def test_an_agreement_sent_beside_the_chain_is_not_counted_twice(by: Any) -> None:
    """What the agreement of the two says of the work holds; a later chain about it adds nothing."""
    take(cwr_file(("NWR", [chained("1")])), by)
    song, chain = Work.objects.get(), Agreement.objects.get()
    give, get = (side.party for side in chain.parties.order_by("-role"))
    sides = (NewSide(give, "AS", (0, 0, 0)), NewSide(get, "AC", (1_000_000,) * 3))
    terms = Terms(agreement_type="PS", start_date=chain.start_date, territory="0586")
    told = record_agreement(new=NewAgreement(terms, sides, (song,)), by=by)
    give_way(agreement=told, file=RegistrationFile.objects.get(), sender=chain.submitter)
    assert listed() == {"0586": []}
    take(cwr_file(("REV", [as_revision(chained("1"))])), by)
    assert listed() == {"0586": []}
    assert held(song, "0586") == {"SANA AHMED": [50, 0, 0], "INDUS MUSIC": [50, 100, 100]}


def undo(file: RegistrationFile, one: Any, other: Any) -> None:
    asked = ask_undo(file=file, reason="wrong file", leaves_rest=False, by=one, now=clock.now())
    if asked.state == "asked":
        do_undo(undo=asked, by=other, now=clock.now())


def test_collection_that_our_books_cannot_hold_is_told_by_party_and_right(by: Any) -> None:
    records = changed(numbered("1"), "SWT", pr_collection="03000")
    take(cwr_file(("NWR", [changed(records, "SPT", pr_collection="05000")])), by)
    told = [each for row in ImportedTransaction.objects.all() for each in row.complaints]
    assert [(each["field"], each["facts"]["stated"], each["facts"]["found"]) for each in told] == [
        ("pr_collection", "30.00", "50.00")
    ]


def test_a_publisher_that_collects_nothing_anywhere_brings_no_agreement(by: Any) -> None:
    records = behind(numbered("1"), "SPT", ("SPU", SUB | {"publisher_type": "AM"}))
    take(cwr_file(("NWR", [records])), by)
    assert listed() == {}


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.[Vv]2[12]")), ids=lambda path: path.name)
def test_samples_are_collected_here_as_they_state_or_say_where_not(path: Path, by: Any) -> None:
    with path.open("rb") as stream:
        file = check_registration_file(upload=stream, filename=path.name, by=by)
    if file.state == "refused":
        return
    import_registration_file(file=file, by=by, now=clock.now())
    for row in read_all(path.read_bytes(), path.name)[1]:
        kept = ImportedTransaction.objects.filter(file=file, number=row.number, status__in=("AS", "AC")).first()
        if kept is None or kept.work is None:
            continue
        found = {name.upper(): shares for name, shares in held(kept.work, "0586", 1).items()}
        for name, stated in stated_here(work_of(row)).items():
            pairs = zip(found.get(name, [0, 0, 0]), stated, strict=True)  # sums may miss the whole by 0.06 %
            is_same = all(abs(one - other) <= 600 for one, other in pairs)
            assert is_same or any("here:" in each["message"] for each in kept.complaints)


def stated_here(sent: WorkTransaction) -> dict[str, list[int]]:
    """What the lines of a file let the parties collect here, of those who have lines about us."""
    lines = [(one.publisher_name, one.territories) for one in sent.publishers]
    lines += [(f"{one.first_name} {one.last_name}".strip(), one.territories) for one in sent.writers]
    stated: dict[str, list[int]] = {}
    for name, territories in lines:
        at = share_at(territories, "0586", clock.today())
        if any(at):
            known = stated.setdefault(name.upper(), [0, 0, 0])
            stated[name.upper()] = [one + other for one, other in zip(known, at, strict=True)]
    return stated
