"""What members and the desk register: splits that wait, agree or fail, tables of works, and an import to be undone."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from django.db import transaction

from cmo_portal.accounts.models import User
from members.models import Member, Party
from royalties.demo import sign_ins
from royalties.demo.frame import Story, staff
from works.models import SplitProposal
from works.services.bulk import receive_table, start_taking
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.splits import answer_split, open_first_rounds, set_split_rule
from works.services.undoing import ask_undo

HEAD = ("work", "title", "title_original", "language", "length_seconds", "name", "number", "role", "performing_share")
HALF = 500_000
Row = tuple[str, str, str, str, str, str]  # work, title, title in Urdu, name, number, share


def load(story: Story) -> None:
    """Four splits in their states, three tables, and the society's rule of agreement."""
    creator, lyricist, publisher = (_member(who) for who in (sign_ins.CREATOR, sign_ins.DISPUTED, sign_ins.PUBLISHER))
    outsider = Party.objects.filter(member=None, affiliations=None, kind="person").order_by("pk")[0]
    set_split_rule(
        valid_from=story.today,
        answer_days=30,
        remind_days=10,
        outsiders="evidence",
        by=staff("approver"),
        today=story.today,
    )
    _split(story, "Barsaat Ki Pehli Khushbu", "برسات کی پہلی خوشبو", creator, lyricist.party, days=3)
    _split(story, "Diye Ki Lau Ke Saath", "دیے کی لو کے ساتھ", lyricist, creator.party, days=5)
    _split(story, "Khamoshi Ka Sheher", "خاموشی کا شہر", creator, outsider, days=12)
    refused = _split(story, "Wapsi Ka Rasta", "واپسی کا راستہ", lyricist, publisher.party, days=20)
    answer_split(
        proposal=refused,
        party=publisher.party,
        digest=bytes(refused.digest),
        agrees=False,
        reason="Our contract of last year gives the publisher a third, not a half.",
        by=_user(publisher),
        now=story.now,
    )
    _tables(story, creator, publisher)


def _tables(story: Story, creator: Member, publisher: Member) -> None:
    """One that waits for the member's yes, and one that is registered."""
    own, firm = creator.party.display_name, publisher.party.display_name
    receive_table(
        upload=_table(
            [
                ("1", "Neem Ke Saaye Mein", "نیم کے سائے میں", own, creator.number, "100"),
                ("2", "Aakhri Rail Gaari", "آخری ریل گاڑی", own, creator.number, "90"),
                ("3", "Sitaron Ka Mela", "ستاروں کا میلہ", own, creator.number, "50"),
                ("3", "", "", "Zarrina Kohkan", "", "50"),
            ]
        ),
        filename="my new songs.csv",
        by=_user(creator),
        party=creator.party,
    )
    taken = receive_table(
        upload=_table([("1", "Canal Road Blues", "", firm, publisher.number, "100")]),
        filename="catalogue.csv",
        by=_user(publisher),
        party=publisher.party,
    )
    start_taking(file=taken, by=_user(publisher), now=story.now)
    _import_to_be_undone(story)


def _import_to_be_undone(story: Story) -> None:
    """The desk took a table that belongs to somebody else; a second person has to take it back."""
    desk = staff("documentation")
    wrong = receive_table(
        upload=_table(
            [
                ("1", "Purani Haveli Ki Dastak", "پرانی حویلی کی دستک", "Zarrina Kohkan", "new", "100"),
                ("2", "Dhund Mein Chiragh", "دھند میں چراغ", "Rustam Bahargul", "", "100"),
            ]
        ),
        filename="archive box 7.csv",
        by=desk,
    )
    start_taking(file=wrong, by=desk, now=story.now)
    ask_undo(
        file=wrong,
        reason="Box 7 belongs to another archive: letter of its keeper.",
        leaves_rest=False,
        by=desk,
        now=story.now,
    )


def _split(story: Story, title: str, original: str, owner: Member, other: Party, *, days: int) -> SplitProposal:
    """A work that `owner` registered with another one, half each, so many days ago."""
    new = NewWork(
        title=NewTitle(title, "OT", "ur"),
        other_titles=(NewTitle(original, "OL", "ur"),),
        duration=240,
        shares=tuple(
            NewShare(party, role, right, HALF)
            for right in ("PR", "MR")
            for party, role in ((owner.party, "C"), (other, "A" if other.kind == "person" else "E"))
        ),
    )
    moment: dt.datetime = story.at(story.ago(days))
    with transaction.atomic():
        work = register_work(new=new, by=_user(owner), source="member", registered_by=owner.party, asks=True)
        return open_first_rounds(works=[(work, new.shares)], party=owner.party, by=_user(owner), now=moment)[0]


def _table(rows: Sequence[Row]) -> io.BytesIO:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for work, title, original, name, number, share in rows:
        role = "E" if number.startswith("P") else "CA"
        writer.writerow([work, title, original, "ur" if original else "", "", name, number, role, share])
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def _member(who: sign_ins.SignIn) -> Member:
    return Member.objects.select_related("party").get(email=who.email)


def _user(member: Member) -> User:
    return User.objects.get(member=member)
