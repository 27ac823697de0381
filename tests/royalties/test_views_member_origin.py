"""Where a figure of a statement comes from: breakdown, explanation and rule, four clicks from home to the row of a file."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from licensing.models import Licensee
from royalties.models import RunDeduction, Statement, UsageFile
from royalties.queries.statement_document import statement_data
from royalties.queries.statements import statements_of, summary
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import make_member
from tests.royalties.statement_pages import PAID_AT, page, text_of

pytestmark = pytest.mark.django_db


def test_the_breakdown_drills_by_song_source_and_right_in_any_order(census, m1):
    statement, number = census.statement("M1"), census.works["A"].number
    by_song = text_of(m1.get(page("statement-breakdown", statement)))
    assert by_song.index("Aaj Jane Ki Zid") < by_song.index("Bol Ke Lab") and "376,200.00" in by_song
    by_name = text_of(m1.get(page("statement-breakdown", statement, by="work", sort="name")))
    assert by_name.index("Aaj Jane Ki Zid") < by_name.index("Bol Ke Lab")
    assert "Performing" in text_of(m1.get(page("statement-breakdown", statement, by="right")))
    by_territory = text_of(m1.get(page("statement-breakdown", statement, by="territory")))
    assert "Territory Songs Earned (PKR) Pakistan 2 376,200.00" in by_territory
    chosen = text_of(m1.get(page("statement-breakdown", statement, by="work", territory="0586")))
    assert "Chosen: Pakistan" in chosen and "376,200.00" in chosen
    assert "Nothing fits" in text_of(m1.get(page("statement-breakdown", statement, by="work", territory="2136")))
    by_source = m1.get(page("statement-breakdown", statement, by="pool", work=number))
    assert "205,200.00" in text_of(by_source) and "Chosen: Aaj Jane Ki Zid" in text_of(by_source)
    assert page("statement-why", statement, pool=1, work=number).replace("&", "&amp;") in by_source.content.decode()


def test_the_deductions_of_a_section_are_its_own_part_on_page_and_document(run_jobs, sign_in):
    """A pool of 150,000.01 in 80 : 20; administration 20 % and 5 % of the rest."""
    member = make_member("Head")
    song = shelf.work("Encore", (member.party, "CA", 100))
    plays = [make.Play("e", song, section="headliner"), make.Play("e2", song, section="support")]
    sections = (make.pools.Section("headliner", "Headliner", 80), make.pools.Section("support", "Support", 20))
    pool = make.pool(150_000_01, files=[make.usage(*plays)], deductions=make.TWENTY_AND_FIVE, sections=sections)
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    statement = statements_of(member.party).get()
    found = {line.section: line for line in summary(statement).pools}
    taken = {code: [term.amount for term in line.deductions] for code, line in found.items()}
    assert {code: sum(parts) for code, parts in taken.items()} == {code: line.deducted for code, line in found.items()}
    whole = list(RunDeduction.objects.order_by("order").values_list("amount", flat=True))
    assert [sum(parts) for parts in zip(*taken.values(), strict=True)] == whole
    shown = text_of(sign_in(member.user).get(page("statement-detail", statement)))
    with translation.override("en"):
        document = {row["name"]: row["deducted"] for row in statement_data(statement, today=PAID_AT.date())["pools"]}
    for line in found.values():
        for term in line.deductions:
            figure = f"{term.amount // 100:,}.{term.amount % 100:02d}"
            assert figure in shown and figure in document[line.name]
    why = text_of(sign_in(member.user).get(page("statement-why", statement), follow=True))
    assert f"{pool.name} brought in" in why and "Headliner brought in" not in why


def test_lists_are_read_page_by_page_in_both_directions(run_jobs, sign_in):
    member = make_member("Many")
    songs = [shelf.work(f"Song {number:03d}", (member.party, "CA", 100)) for number in range(120)]
    plays = [make.Play(song.title, song, plays=1 + place % 7) for place, song in enumerate(songs)]
    more = [make.Play(songs[0].title, songs[0]) for _ in range(130)]
    pool = make.pool(1_000_000_00, files=[make.usage(*plays, *more)])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    client, statement = sign_in(member.user), Statement.objects.get(party=member.party)
    for sort in ("amount", "name"):
        address = page("statement-breakdown", statement, sort=sort)
        assert walk(client, address, r"Song \d{3}</bdi></a>") == [50, 50, 20]
    address = page("statement-rows", statement, work=songs[0].number)
    assert walk(client, address, r"/row/\?") == [50, 50, 31]


def walk(client, address, pattern):
    """How many rows each page has, walking to the last page and back again to the first."""
    base, counts, seen = address.partition("?")[0], [], []
    while address:
        body = client.get(address).content.decode()
        counts.append(len(re.findall(pattern, body)))
        seen.append(body.partition("<tbody")[2].partition("</tbody>")[0])
        following = re.search(r'rel="next" href="(\?[^"]+)"', body)
        previous = re.search(r'rel="prev" href="(\?[^"]+)"', body)
        address = base + following[1].replace("&amp;", "&") if following else ""
    for expected in reversed(seen[:-1]):
        body = client.get(base + previous[1].replace("&amp;", "&")).content.decode()
        assert body.partition("<tbody")[2].partition("</tbody>")[0] == expected
        previous = re.search(r'rel="prev" href="(\?[^"]+)"', body)
    assert previous is None
    return counts


def test_the_explanation_shows_every_term_with_its_link(census, m1):
    statement = census.statement("M1")
    response = m1.get(page("statement-why", statement, pool=1, work=census.works["A"].number))
    shown, body = text_of(response), response.content.decode()
    for words in (
        "Rs 1,250,000.00",
        "Administration: 20 % of Rs 1,250,000.00",
        "− Rs 250,000.00",
        "Social: 5 % of Rs 1,000,000.00",
        "= Rs 950,000.00",
        "100,000 points of all music",
        "one point is worth A point: plays × seconds × weight of the use × weight of the time of day, by rule version 1 = Rs 9.50",
        "43,200 points of your song (120 plays, in 2 rows of the usage files)",
        "= Rs 410,400.00",
        "your share as composer: 50 %",
        "= Rs 205,200.00",
        "Your amount = Rs 205,200.00",
    ):
        assert words in shown, words
    rule = census.run.deductions.first().rule_version
    assert f'href="{reverse("royalties:public-rule-detail", args=[rule.uid])}"' in body
    assert f'href="{reverse("works:public-work-detail", args=[census.works["A"].uid])}"' in body
    receipts = page("statement-receipts", statement, pool=1)
    assert f'href="{receipts}"' in body
    shown = m1.get(receipts)
    assert "Total of 1 1,250,000.00" in text_of(shown) or "Total of all" in text_of(shown)
    assert Licensee.objects.exists()
    assert not [one.name for one in Licensee.objects.all() if one.name in shown.content.decode()]
    share = re.search(r'href="([^"]+/shares/[^"]+)#share-(\d+)"', body)
    frozen = m1.get(share[1].replace("&amp;", "&"))
    assert f'id="share-{share[2]}" class="is-current"' in frozen.content.decode()
    assert "your share composer The whole world" in text_of(frozen) and "50 %" in text_of(frozen)
    assert m1.get(page("statement-receipts", statement, pool=999)).status_code == 404
    rows = page("statement-rows", statement, pool=1, work=census.works["A"].number).replace("&", "&amp;")
    assert f'href="{rows}"' in body


def test_rounding_is_shown_where_it_happened(run_jobs, sign_in):
    members = [make_member(f"Third {number}") for number in range(3)]
    song = shelf.work(
        "Three", *((member.party, "CA", share) for member, share in zip(members, (34, 33, 33), strict=True))
    )
    pool = make.pool(1_000_01, files=[make.usage(make.Play("t", song, plays=3), make.Play("other", plays=4))])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    words = []
    for member in members:
        statement = Statement.objects.get(party=member.party)
        words.append(text_of(sign_in(member.user).get(page("statement-why", statement), follow=True)))
    assert all("Rounded up to Rs 0.01" in text or "Rounded down to Rs 0.01" in text for text in words)
    assert all("largest remainders" in text for text in words)


def test_a_row_is_shown_as_sent_with_its_match_and_its_points(census, m1):
    statement, file = census.statement("M1"), UsageFile.objects.get()
    rows = text_of(m1.get(page("statement-rows", statement, pool=1, work=census.works["A"].number)))
    assert "Radio , row 2" in rows and "60 × 240 × 1 × 2 = 28,800" in rows and "273,600.000000" in rows
    shown = text_of(m1.get(page("statement-row", statement, pool=1, file=file.uid, row=2)))
    for words in (
        "radio-jul-sep.csv",
        "text A,60,240",
        "60 × 240 × 1 × 2 = 28,800",
        "Aaj Jane Ki Zid",
        file.sha256.hex(),
    ):
        assert words in shown, words


def test_from_home_to_the_row_of_the_file_there_are_four_clicks(census, m1):
    """Home → statement → song's rows → row; and home → statement → why → rows → row."""
    paths = [(r"/my/statements/[^/\"]+/", r"/rows/\?[^\"]+", r"/row/\?[^\"]+")]
    paths += [(r"/my/statements/[^/\"]+/", r"/why/\?[^\"]+", r"/rows/\?[^\"]+", r"/row/\?[^\"]+")]
    for steps in paths:
        body, clicks = m1.get(page("home")).content.decode(), 0
        for step in steps:
            link = re.search(rf'href="([^"]*{step})"', body)
            assert link, step
            body, clicks = m1.get(link[1].replace("&amp;", "&")).content.decode(), clicks + 1
        assert clicks <= 4 and "The row as it was sent" in body


def test_the_rule_behind_a_term_is_readable_by_everybody_and_a_draft_by_nobody(census, client):
    deductions = census.run.deductions.first().rule_version
    shown = text_of(client.get(reverse("royalties:public-rule-detail", args=[deductions.uid])))
    assert "Administration 20 % the money received, without sales tax" in shown
    assert "Social 5 % what is left after: Administration" in shown
    weights = census.run.pools.first().rule_version
    shown = text_of(client.get(reverse("royalties:public-rule-detail", args=[weights.uid])))
    assert "plays × seconds" in shown and "jingle 0.25" in shown and "prime – 2" in shown
    draft = make.rules.draft_version(
        rule=weights.rule, valid_from=make.QUARTER.end, text="x", parameters=make.SECONDS, source="x", by=make.maker()
    )
    assert client.get(reverse("royalties:public-rule-detail", args=[draft.uid])).status_code == 404
