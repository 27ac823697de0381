"""Who finds which main page in the header: a registry that apps fill from their AppConfig.ready.

    from cmo_portal.navigation import register
    register("member", "royalties:member-statement-list", _("Statements"), order=20)

The layouts show an entry only when its address exists and the person may open it, so an app adds a page without
touching a layout. Keep an audience to a few main pages (at most seven): the rest is reached from those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

AUDIENCES: Final = ("public", "member", "licensee", "staff")


@dataclass(frozen=True, slots=True)
class Entry:
    """One main page of an audience. `permission` is one codename `app.code` or several, of which any is enough; `also`
    are further pages below which this one is where a person is."""

    url_name: str
    label: str | Promise
    permissions: tuple[str, ...] = ()
    order: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it: its address, its words, and whether it is the page (or its section) now open."""

    url: str
    label: str | Promise
    current: str = ""  # the value of aria-current: "page", "true" or nothing


_entries: dict[str, dict[str, Entry]] = {audience: {} for audience in AUDIENCES}


def register(
    audience: str,
    url_name: str,
    label: str | Promise,
    permission: str | Sequence[str] | None = None,
    order: int = 0,
    also: Sequence[str] = (),
) -> None:
    """Add a main page for an audience; registering the same url name again replaces the earlier entry."""
    if audience not in _entries:
        raise ValueError(f"Unknown audience {audience!r}; known are {', '.join(AUDIENCES)}.")
    permissions = (permission,) if isinstance(permission, str) else tuple(permission or ())
    _entries[audience][url_name] = Entry(url_name, label, permissions, order, tuple(also))


def links(audience: str, user: Any, path: str) -> list[Link]:
    """Return the main pages that this user may open, in order, with the one that holds `path` marked as current."""
    found: list[tuple[str, Entry]] = []
    for entry in sorted(_entries.get(audience, {}).values(), key=lambda entry: (entry.order, entry.url_name)):
        if entry.permissions and not any(user.has_perm(permission) for permission in entry.permissions):
            continue
        try:
            found.append((reverse(entry.url_name), entry))
        except NoReverseMatch:
            continue
    roots = {root: url for url, entry in found for root in (url, *map(reverse, entry.also))}
    section = roots[max(below, key=len)] if (below := [root for root in roots if path.startswith(root)]) else ""
    return [Link(url, entry.label, _current(url, section, path)) for url, entry in found]


def _current(url: str, section: str, path: str) -> str:
    """The page itself is `page`; a page below it marks its section as `true`, unless the section is only the root."""
    if url == path:
        return "page"
    return "true" if url == section and url.strip("/") else ""
