"""The consonant skeletons of several names together (see cmo_portal.common.spelling)."""

from __future__ import annotations

from collections.abc import Iterable

from cmo_portal.common.spelling import skeleton_words


def names_skeleton(texts: Iterable[str]) -> str:
    """The skeletons of the words of names in alphabetical order: Lodhi, Naveed sounds like Naveed Lodhi."""
    return "".join(sorted(word for text in texts for word in skeleton_words(text)))
