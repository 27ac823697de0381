"""The document of a work follows every change of titles, names and recordings, whoever makes it and however."""

import datetime as dt
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.accounts.models import User
from cmo_portal.common.spelling import ALL_VOWELS, script_of, skeleton, sound, text_key
from members.models import Party, PartyName
from members.services.parties import PartyFacts, add_name
from tests.factories.members import make_party
from tests.factories.works import PERCENT, party, work
from works.models import (
    Dispute,
    Recording,
    RecordingPerformer,
    RecordingWork,
    SearchDocument,
    SearchWord,
    Work,
    WorkShare,
    WorkTitle,
)
from works.queries import search
from works.queries.search import found_works_ids, search_works
from works.services.recordings import (
    NewPerformer,
    NewRecording,
    link_recording,
    save_recording,
    unlink_recording,
)
from works.services.registration import NewShare, NewTitle, title_row
from works.services.search import rebuild_search, wrong_documents
from works.services.shares import replace_shares

LETTERS = "abcdefghijklmnopqrstuvwxyz" + "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیےئآأؤۃ" + "0123456789"
URDU = "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیےئآأؤۃيكهة َُِّْٰ‌'’-0123456789۰۱۲"


def ask(function: str, text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [text])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
@given(word=st.text(LETTERS, min_size=1, max_size=14))
def test_the_database_gives_a_word_the_sound_that_the_portal_gives_it(word: str) -> None:
    for folded in text_key(word).split():
        assert ask("search_sound", folded) == sound(folded)


@pytest.mark.django_db
@given(text=st.one_of(st.text(URDU, max_size=30), st.text("aábcçdeéfgñöZ -.'&", max_size=20)))
def test_the_database_folds_a_name_in_its_own_script_as_the_portal_does(text: str) -> None:
    assert ask("search_key", text) == text_key(text.replace("&", " "))


def expected(song: Work) -> set[str]:
    """The document of a work, made from texts by the portal's own rules."""
    texts = [title.text for title in song.titles.all()]
    owners = set(song.shares.filter(state="active").values_list("party_id", flat=True))
    for link in RecordingWork.objects.filter(work=song).select_related("recording"):
        texts += [link.recording.title, link.recording.version_title]
        for performer in link.recording.performers.all():
            texts += [performer.name, performer.name_original]
            owners.add(performer.party_id)
    for name in PartyName.objects.filter(party_id__in=owners - {None}):
        texts += [f"{name.first_name} {name.last_name}", name.original]
    sounds = {sound(word) for text in texts for word in text_key(text).split()}
    return sounds | ({ALL_VOWELS} if any(spoken.startswith(ALL_VOWELS) for spoken in sounds) else set())


def assert_right() -> None:
    documents = {row.work_id: row for row in SearchDocument.objects.all()}
    for song in Work.objects.all():
        row = documents[song.pk]
        assert set(row.words) == expected(song), song.title
        assert set(row.titles.split(" | ")) == {title.key for title in song.titles.all()}
    assert wrong_documents(tell=lambda done, last: None) == 0


NAMES = ["Alia Rahman", "Bilal Hussain", "Noor Jahan", "Sain Zahoor", "Abida Khanum", "Ustad Aao"]
TITLES = ["Chandni Raat", "چاندنی رات", "Dil Dil", "Hawa", "Sohni Dharti 2", "دل دل", "Aadat"]


class Changes:
    """Changes at random, by services, in bulk and by raw statements."""

    def __init__(self, seed: int, by: User) -> None:
        self.chance, self.by = random.Random(seed), by
        self.people = [make_party(name.split()[1], name.split()[0], original="نام " + name) for name in NAMES[:4]]
        self.works = [work(title, (self.chance.choice(self.people), "CA", 100)) for title in TITLES[:4]]
        self.recordings: list[Recording] = []

    def step(self) -> None:
        acts: list[Callable[[], Any]] = [
            self.add_title, self.drop_title, self.rename_title, self.change_owner, self.change_owner_in_bulk,
            self.add_pen_name, self.rename_party, self.make_recording, self.correct_recording, self.link,
            self.unlink, self.move_link, self.drop_performers, self.contest,
        ]  # fmt: skip
        self.chance.choice(acts)()

    def _work(self) -> Work:
        return self.chance.choice(self.works)

    def _title(self) -> str:
        return f"{self.chance.choice(TITLES)} {self.chance.choice(TITLES)}"

    def add_title(self) -> None:
        WorkTitle.objects.bulk_create([title_row(self._work(), NewTitle(self._title(), "AT")) for _ in range(3)])

    def drop_title(self) -> None:
        WorkTitle.objects.filter(work=self._work(), title_type="AT").delete()

    def rename_title(self) -> None:
        text = self._title()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE works_worktitle SET text = %s, key = %s, skeleton = %s, script = %s WHERE work_id = %s",
                [text, text_key(text), skeleton(text), script_of(text), self._work().pk],
            )

    def change_owner(self) -> None:
        work = self._work()
        standing = set(WorkShare.objects.filter(work=work, right="PR").values_list("party", flat=True))
        new = [
            NewShare(
                self.chance.choice([one for one in self.people if {one.pk} != standing]), "CA", "PR", 100 * PERCENT
            )
        ]
        replace_shares(work=work, right="PR", shares=new, reason="It was wrong.", valid_from=None, by=self.by)

    def change_owner_in_bulk(self) -> None:
        WorkShare.objects.filter(right="MR", state="active").update(party=self.chance.choice(self.people))

    def contest(self) -> None:
        WorkShare.objects.filter(work=self._work(), right="MR").update(state="unclaimed", party=None)

    def add_pen_name(self) -> None:
        facts = PartyFacts(last_name=self._title(), first_name="Pen", original="قلمی نام")
        add_name(party=self.chance.choice(self.people), facts=facts, by=self.by)

    def rename_party(self) -> None:
        name = self.chance.choice(NAMES)
        first, last = name.split()
        PartyName.objects.filter(party=self.chance.choice(self.people)).update(
            first_name=first, last_name=last, key=text_key(name), skeleton=skeleton(name)
        )

    def _new(self) -> NewRecording:
        who = self.chance.choice(self.people)
        named = (NewPerformer(self.chance.choice(NAMES), "فنکار"), NewPerformer(who.display_name, party=who))
        return NewRecording("", self._title(), version_title=self.chance.choice(["", "Live"]), performers=named)

    def make_recording(self) -> None:
        self.recordings.append(save_recording(recording=None, new=self._new(), by=self.by))

    def correct_recording(self) -> None:
        if self.recordings:
            save_recording(recording=self.chance.choice(self.recordings), new=self._new(), by=self.by)

    def link(self) -> None:
        if self.recordings:
            link_recording(recording=self.chance.choice(self.recordings), work=self._work(), by=self.by)

    def unlink(self) -> None:
        link = RecordingWork.objects.order_by("?").first()
        if link:
            unlink_recording(link=link, reason="Wrong song.", by=self.by)

    def move_link(self) -> None:
        link, song = RecordingWork.objects.order_by("?").first(), self._work()
        if link and not RecordingWork.objects.filter(recording=link.recording, work=song).exists():
            RecordingWork.objects.filter(pk=link.pk).update(work=song)

    def drop_performers(self) -> None:
        RecordingPerformer.objects.filter(position=2).delete()


@pytest.mark.parametrize("seed", range(4))
def test_the_document_of_every_work_follows_every_change(seed: int, staff: Any) -> None:
    changes = Changes(seed, staff("documentation"))
    for _ in range(25):
        changes.step()
        assert_right()


def test_a_search_finds_a_new_name_at_once_and_the_old_one_no_more(db: None) -> None:
    poet = party("Alia Rahman")
    song = work("Chandni Raat", (poet, "CA", 100))
    PartyName.objects.filter(party=poet).update(
        first_name="Zubaida", last_name="Kohistani", key="zubaida kohistani", skeleton=skeleton("Zubaida Kohistani")
    )
    assert found_works_ids("Zubaida Kohistani", limit=5) == [song.pk]
    assert found_works_ids("Alia Rahman", limit=5) == []


def test_a_contested_part_is_not_found_by_the_name_of_who_claims_it(db: None) -> None:
    song = work("Chandni Raat", (party("Alia Rahman"), "CA", 50), (party("Bilal Hussain"), "CA", 50))
    day = dt.date(2026, 1, 1)
    dispute = Dispute.objects.create(work=song, right="PR", share=50 * PERCENT, opened_on=day, deadline=day)
    claimed = WorkShare.objects.filter(work=song, party__display_name="Bilal Hussain")
    claimed.update(state="disputed", dispute=dispute)
    assert found_works_ids("Bilal Hussain", limit=5) == []
    assert found_works_ids("Alia Rahman", limit=5) == [song.pk]


def test_a_rebuild_mends_what_is_wrong_and_the_check_names_it(db: None, capsys: Any) -> None:
    song = work("Chandni Raat", (party("Alia Rahman"), "CA", 100))
    SearchDocument.objects.filter(work=song).update(words=["wrong"])
    with pytest.raises(CommandError, match="1 documents are wrong"):
        call_command("rebuild_search", "--check")
    call_command("rebuild_search")
    assert_right()
    call_command("rebuild_search", "--check")
    assert "Every document is right." in capsys.readouterr().out
    SearchDocument.objects.all().delete()
    assert rebuild_search(tell=lambda done, last: None) == 1
    assert_right()


def test_twin_without_its_triggers_the_search_goes_wrong(superuser_cursor: Any) -> None:
    song = work("Chandni Raat", (party("Alia Rahman"), "CA", 100))
    superuser_cursor.execute("ALTER TABLE works_worktitle DISABLE TRIGGER USER")
    WorkTitle.objects.filter(work=song).update(text="Sohni Dharti", key="sohni dharti", skeleton="snidrti")
    assert wrong_documents(tell=lambda done, last: None) == 1
    assert "Cn" not in expected(song) and SearchDocument.objects.get(work=song).titles == "chandni raat"


def plan(sql: str, values: dict[str, Any]) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql.replace("{visible}", "w.state = 'registered'"), values)
        return "\n".join(row[0] for row in cursor.fetchall())


VALUES = {"key": "chandni raat", "bones": "Cndnrt", "limit": 21, "candidates": 1000, "most": 400, "bearers": 50, "beginning": "chandni raat %",
          "sounds": ["Cndn", "rt"], "words": ["chandni", "raat"], "spellings": 12}  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "indexes"),
    [
        (search._SAME_TITLE, ["works_worktitle_key"]),
        (search._BEGINNING, ["works_worktitle_key"]),
        (search._SAME_NAME, ["members_partyname_key", "performer_by_key"]),
        (search._SOUNDS_SO, ["works_worktitle_skeleton"]),
        (search._NAME_SOUNDS_SO, ["members_partyname_skeleton", "performer_by_sound"]),
        (search._HOLDING.replace("{condition}", "words @> %(sounds)s::text[]"), ["works_search_words"]),
        (search._HOLDING.replace("{condition}", "words && %(sounds)s::text[]"), ["works_search_words"]),
        (search._NEAR_WORDS, ["works_search_slips"]),
    ],
)
def test_every_tier_reads_its_index(sql: str, indexes: list[str], superuser_cursor: Any) -> None:
    alia = party("Alia Rahman")
    song = work("Chandni Raat", (alia, "CA", 100))
    # Of a handful of rows every index costs the same, and old statistics may say that there are none.
    WorkTitle.objects.bulk_create(
        WorkTitle(work=song, title_type="AT", text=f"Title {n}", key=f"title {n}", skeleton=f"Ttl{n}")
        for n in range(500)
    )
    PartyName.objects.bulk_create(
        PartyName(party=alia, last_name=f"Name {n}", key=f"name {n}", skeleton=f"Nm{n}") for n in range(500)
    )
    superuser_cursor.execute("ANALYZE works_worktitle, members_partyname, works_work, works_workshare")
    told = plan(sql, VALUES)
    for index in indexes:
        assert f"using {index}" in told or f"on {index}" in told, told


def test_words_are_kept_once_with_their_sound(db: None) -> None:
    alia: Party = party("Alia Rahman")
    work("Chandni Raat", (alia, "CA", 100))
    work("Raat Chandni", (alia, "CA", 100))
    assert sorted(SearchWord.objects.values_list("word", "sound")) == sorted(
        (word, sound(word)) for word in ("alia", "rahman", "chandni", "raat")
    )


def test_title_and_writer_together_find_the_work(db: None) -> None:
    for name in NAMES[:4]:
        work("Chandni Raat", (party(name), "CA", 100))
    found = search_works("chandni raat zahoor")
    assert [str(one.shares.get(right="PR").party) for one in found][:1] == ["Sain Zahoor"]


def test_two_sessions_that_change_one_work_both_count(database_url: str) -> None:
    """The second waits for the first at the document, and reads the texts after it has come to its turn."""
    song = work("Chandni Raat", (party("Alia Rahman"), "CA", 100))
    save = (
        "INSERT INTO works_worktitle (created_at, uid, work_id, title_type, text, language, script, key, skeleton)"
        " VALUES (now(), gen_random_uuid(), %s, 'AT', %s, '', '', %s, '')"
    )
    first, second = psycopg2.connect(database_url), psycopg2.connect(database_url)
    try:
        first.cursor().execute(save, [song.pk, "Sohni", "sohni"])
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second.cursor().execute, save, [song.pk, "Dharti", "dharti"])
            until_waiting(second.info.backend_pid)
            first.commit()
            waiting.result(timeout=30)
        second.commit()
    finally:
        first.close()
        second.close()
    assert {"sohni", "dharti"} <= set(SearchDocument.objects.get(work=song).titles.split(" | "))
    assert wrong_documents(tell=lambda done, last: None) == 0


def until_waiting(pid: int) -> None:
    for _ in range(300):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", [pid])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("the second session does not wait for the first")
