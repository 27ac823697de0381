"""The register of parties in the demo: a band with the people in it, and a writer who has two societies."""

import datetime as dt

from members.models import Member, Party
from members.services.affiliations import affiliate_party
from members.services.groups import add_to_group
from members.services.party_names import NameSaid, add_party, add_party_name
from royalties.demo.frame import Story, staff

SEATS = (("0840", "903"),)  # territory and society that a foreign writer has besides her own


def load(story: Story) -> None:
    """One band of three, one of whom left; one foreign writer whose society differs in one country."""
    desk = staff("documentation")
    band = add_party(
        kind="group",
        name=NameSaid("Chaar Mausam", original="چار موسم", name_type="PG"),
        reason="Sleeve of their first album",
        by=desk,
    )
    add_party_name(
        party=band,
        name=NameSaid("Char Mosam", original="چار موسم", name_type="DF"),
        reason="Spelling of the radio logs",
        by=desk,
    )
    people = Member.objects.filter(party__kind="person", state="active").select_related("party").order_by("number")[:3]
    for place, member in enumerate(people):
        add_to_group(
            group=band,
            person=member.party,
            joined_on=story.beginning,
            left_on=story.today - dt.timedelta(days=200) if place == 2 else None,
            reason="Letter of the band",
            by=desk,
        )
    writer = Party.objects.filter(affiliations__society_code="901").order_by("pk")[0]
    for territory, society in SEATS:
        affiliate_party(
            party=writer,
            society_code=society,
            rights=["PR"],
            territory=territory,
            valid_from=story.beginning,
            valid_to=None,
            reason="Letter of her society",
            by=desk,
        )
