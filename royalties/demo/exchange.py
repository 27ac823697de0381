"""What the demo society sends to its sister societies: a file of its repertoire."""

from royalties.demo.frame import Story, staff
from works.services.exporting import export_repertoire


def load(story: Story) -> None:
    """One file of all works."""
    export_repertoire(version="2.1", by=staff("documentation"), now=story.now, receiver="052")
