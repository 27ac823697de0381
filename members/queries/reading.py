"""A name in the script of the reader's language, where it is known: what headings and sentences call a party."""

from django.utils.translation import get_language_bidi

from members.models import Party


def name_read(party: Party) -> str:
    """The name in its own script on an Urdu page, else the Roman one."""
    return (party.display_name_original if get_language_bidi() else "") or party.display_name
