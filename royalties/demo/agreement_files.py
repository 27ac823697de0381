"""A publisher's file with the agreement of a member in the demo: it waits for the desk, which asks her first."""

import io

from members.models import Member
from royalties.demo import sign_ins
from royalties.demo.frame import Story, staff
from works.services.imports import check_registration_file, import_registration_file

NAME = "CW260001MEH_362.V21"
PUBLISHER = "MEHFIL MUSIC HOUSE"
PUBLISHER_IPI = "00000000199"


def load(story: Story) -> None:
    """Taken by the desk; of its one agreement nothing stands in the books."""
    desk = staff("documentation")
    member = Member.objects.select_related("party").get(email=sign_ins.CREATOR.email)
    file = check_registration_file(upload=io.BytesIO(_file(story, member)), filename=NAME, by=desk)
    import_registration_file(file=file, by=desk, now=story.now)


def _file(story: Story, member: Member) -> bytes:
    """A CWR 2.1 file with one general agreement: the member passes on her mechanical right."""
    name = member.party.names.exclude(ipi_name_number=None).order_by("pk")[0]
    day, start = f"{story.today:%Y%m%d}", f"{story.today:%Y}0101"
    writer = f"{'W1':9}{name.last_name.upper()[:45]:45}{name.first_name.upper()[:30]:30}"
    firm = f"{'P1':9}{PUBLISHER:45}{'':30}"
    lines = [
        f"HDRPB{PUBLISHER_IPI[-9:]}{PUBLISHER:45}01.10{day}090000{day}{'':15}",
        f"GRHAGR0000102.10{'':10}  ",
        f"AGR{0:08}{0:08}{'MEH-2026-17':14}{'':14}OG{start}{0:08}{0:08}N{0:08}N{0:08}{start}00001SNN{'':14}",
        f"TER{0:08}{1:08}I0586",
        f"IPA{0:08}{2:08}AS{name.ipi_name_number}{'':13}{writer}36210000362{0:05}362{0:05}",
        f"IPA{0:08}{3:08}AC{PUBLISHER_IPI}{'':13}{firm}362{0:05}36210000362{10000:05}",
        f"GRT00001{1:08}{6:08}{'':3}{0:010}",
        f"TRL00001{1:08}{8:08}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")
