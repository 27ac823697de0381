"""The programs of the demo: a publisher's catalogue that registers works through the API, and a reader that waits."""

import datetime as dt
import hashlib

from members.models import ApiClient, Member, Scope
from members.models.parties import PartyKind
from members.services.clients import approve_client, propose_client
from royalties.demo.frame import Story, staff
from works.models import Work
from works.services.api_registrations import Submission, register_through_api
from works.services.describing import NewDescription, NewInstrumentation, NewSource
from works.services.typed_descriptions import facts_of_sources

SENT = (
    ("CAT-0001", "Neeli Chunri Wali", "نیلی چنری والی", NewDescription()),
    ("CAT-0002", "Saawan Ke Jhoole Parre", "ساون کے جھولے پڑے", NewDescription()),
    (
        "CAT-0003",
        "Lok Mala Medley",
        "لوک مالا میڈلے",
        NewDescription(
            facts=facts_of_sources(["component", "component"], text_music="MUS"),
            sources=(
                NewSource(kind="component", title="Mahiya of the Salt Range", duration=120),
                NewSource(kind="component", title="Jhoomar of the Indus", duration=125),
            ),
            instrumentations=(NewInstrumentation(instruments=(("HRM", 1), ("TAB", 2))),),
        ),
    ),
)


def load(story: Story) -> None:
    """A catalogue program with four registrations, among them a medley and an arrangement, and a client that waits for
    its approval."""
    publisher = Member.objects.filter(party__kind=PartyKind.ORGANISATION, state="active").order_by("number")[0]
    catalogue = propose_client(
        name="Catalogue 3",
        scopes=Scope.values,
        party=publisher.party,
        purpose="Our catalogue program sends new works by itself.",
        expires_on=story.today + dt.timedelta(days=300),
        by=staff("membership"),
        today=story.today,
    )
    approve_client(client=catalogue, by=staff("approver"))
    for reference, title, original, description in SENT:
        _register(catalogue, reference, title, original, description, story)
    _register(catalogue, "CAT-0004", "Jhoomar, New Beat", "جھومر، نئی تال", _arrangement(publisher), story)
    propose_client(
        name="Radio playlist",
        scopes=[Scope.WORKS_READ],
        party=None,
        purpose="A radio station looks up the works of its playlists.",
        expires_on=story.today + dt.timedelta(days=180),
        by=staff("membership"),
        today=story.today,
    )


def _arrangement(publisher: Member) -> NewDescription:
    """Of a song in which others own shares: it waits for the documentation desk."""
    others = Work.objects.filter(state="registered", shares__party__isnull=False)
    song = others.exclude(shares__party=publisher.party).order_by("number")[0]
    return NewDescription(
        facts=facts_of_sources(["arrangement"]), sources=(NewSource(kind="arrangement", title=song.title),)
    )


def _register(
    client: ApiClient, reference: str, title: str, original: str, description: NewDescription, story: Story
) -> None:
    whole = {"own": True, "role": "E", "performing": 1_000_000, "mechanical": 1_000_000}
    submission = Submission(
        key=f"demo-{reference}",
        request_hash=hashlib.sha256(reference.encode()).digest(),
        title={"title": title, "title_original": original, "language": "UR", "seconds": 245},
        shares=[whole],
        persons={},
        sent_at=story.now,
        description=description,
        reference=reference,
    )
    register_through_api(client=client, submission=submission)
