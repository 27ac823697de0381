"""Works with a story of their own: old verse with new music, a medley, an arrangement, a translation, a folk song, and
one of which a half was sold."""

import datetime as dt

from members.models import Member, Party
from royalties.demo import sign_ins
from royalties.demo.frame import NOTE, Story, staff
from royalties.demo.repertoire import famous_works
from works.models import Work
from works.services.describing import (
    NewDescription,
    NewInstrumentation,
    NewPerformer,
    NewPublicDomain,
    NewSource,
    WorkFacts,
)
from works.services.free_rules import add_free_share_rule, add_protection_term
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.shares import replace_shares

SOURCE = "demonstration"
WHOLE = 1_000_000
Parts = tuple[tuple[Party | None, str, int], ...]  # who, role, 1/10,000 of a percent of both rights


def load(story: Story) -> None:
    """The law, a sample rule, five described works, and one with an earlier and a later owner."""
    clerk = staff("documentation")
    add_protection_term(
        territory="0586",
        years_after_death=50,
        valid_from=dt.date(1967, 2, 27),
        revives=False,
        source="Copyright Ordinance 1962, section 18; sample, to be confirmed by a lawyer",
        by=clerk,
    )
    add_free_share_rule(
        element="words", valid_from=story.beginning, use="arranger", arranger_part=250_000, source=NOTE, by=clerk
    )
    add_free_share_rule(
        element="music", valid_from=story.beginning, use="unclaimed", arranger_part=None, source=NOTE, by=clerk
    )
    creator = Member.objects.get(email=sign_ins.CREATOR.email).party
    famous = famous_works()
    _sufi_text(creator)
    _medley(creator, famous[:3])
    _arrangement(creator, famous[3])
    _translation(creator, famous[4])
    _folk_song(creator)
    _half_sold(creator, story.beginning)


def _register(title: NewTitle, original: str, parts: Parts, description: NewDescription, *, modified: bool) -> Work:
    shares = tuple(NewShare(party, role, right, share) for right in ("PR", "MR") for party, role, share in parts)
    new = NewWork(
        title=title,
        other_titles=(NewTitle(original, "OL", title.language),),
        version_type="MOD" if modified else "ORI",
        duration=285,
        shares=shares,
        description=description,
    )
    return register_work(new=new, by=staff("documentation"), source=SOURCE)


def _sufi_text(creator: Party) -> None:
    poet = NewPublicDomain(
        element="words",
        reason="classical",
        author="Bulleh Shah",
        author_original="بلھے شاہ",
        died_in=1757,
        century=18,
        note="Kafi in many printed collections",
    )
    description = NewDescription(
        facts=WorkFacts(text_music="MTN", lyric_adaptation="ORI", music_arrangement="NEW"),
        public_domain=(poet,),
        performers=(NewPerformer(last_name="Rawalpindi Qawwal Party"),),
        instrumentations=(NewInstrumentation(voices=6, instruments=(("HRM", 2), ("TAB", 1))),),
    )
    parts: Parts = ((creator, "C", 500_000), (None, "A", 500_000))
    _register(NewTitle("Ishq Di Navin Bahar", "OT", "pa"), "عشق دی نویوں نویں بہار", parts, description, modified=False)


def _medley(creator: Party, songs: list[Work]) -> None:
    """Its shares are left to nobody, so that the page has something to propose."""
    lengths = (95, 120, 70)
    description = NewDescription(
        facts=WorkFacts(text_music="MTX", composite_type="MED", component_count=len(songs)),
        sources=tuple(
            NewSource(kind="component", source=song, duration=seconds)
            for song, seconds in zip(songs, lengths, strict=True)
        ),
    )
    parts: Parts = ((None, "CA", WHOLE),)
    _register(NewTitle("Mehfil Medley", "OT", "ur"), "محفل میڈلے", parts, description, modified=False)


def _arrangement(creator: Party, song: Work) -> None:
    description = NewDescription(
        facts=WorkFacts(text_music="MUS", music_arrangement="ARR", lyric_adaptation="NON", work_type="CL"),
        sources=(NewSource(kind="arrangement", source=song),),
        instrumentations=(NewInstrumentation(standard="SQU", description="with sitar", instruments=(("SIT", 1),)),),
    )
    parts: Parts = ((creator, "AR", 250_000), (None, "C", 750_000))
    title = NewTitle(f"{song.title} (String Quartet)", "OT", "ur")
    _register(title, "چار تاروں کے لیے ترتیب", parts, description, modified=True)


def _translation(creator: Party, song: Work) -> None:
    description = NewDescription(
        facts=WorkFacts(text_music="MTN", music_arrangement="ORI", lyric_adaptation="TRA"),
        sources=(NewSource(kind="translation", source=song),),
    )
    parts: Parts = ((creator, "TR", 200_000), (None, "CA", 800_000))
    title = NewTitle(f"{song.title} (Sindhi)", "OT", "sd")
    _register(title, "سنڌي ترجمو", parts, description, modified=True)


def _folk_song(creator: Party) -> None:
    folk = tuple(
        NewPublicDomain(element=element, reason="folk", note="Sung in Cholistan for generations")
        for element in ("words", "music")
    )
    description = NewDescription(
        facts=WorkFacts(text_music="MTX", music_arrangement="ARR", work_type="FK"),
        sources=(NewSource(kind="arrangement", title="Cholistan Wedding Song", language="skr"),),
        public_domain=folk,
    )
    parts: Parts = ((creator, "AR", 400_000), (None, "A", 300_000), (None, "C", 300_000))
    _register(NewTitle("Rohi Di Raat", "OT", "skr"), "روہی دی رات", parts, description, modified=True)


def _half_sold(creator: Party, day: dt.date) -> None:
    """The page of the work shows other shares before the day and from it on, and others again for India; the record of
    acts says why."""
    parts: Parts = ((creator, "CA", WHOLE),)
    title = NewTitle("Purani Galiyan", "OT", "ur")
    song = _register(title, "پرانی گلیاں", parts, NewDescription(facts=WorkFacts(text_music="MTX")), modified=False)
    buyer = Member.objects.filter(party__kind="organisation", state="active").order_by("number")[0].party
    half = WHOLE // 2
    for right in ("PR", "MR"):
        shares = [NewShare(creator, "CA", right, half), NewShare(buyer, "E", right, half)]
        reason = "Contract on the sale of a half (demonstration)"
        replace_shares(work=song, right=right, shares=shares, reason=reason, valid_from=day, by=staff("documentation"))
    abroad = [NewShare(buyer, "E", "MR", WHOLE)]
    reason = "Contract on the mechanical right in India (demonstration)"
    replace_shares(
        work=song, right="MR", shares=abroad, reason=reason, valid_from=day, territory="0356", by=staff("documentation")
    )
