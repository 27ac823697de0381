"""What every page knows about the society and the person: the context processor of the layouts."""

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import get_language

LAYOUTS: Final = {
    "member": "layouts/member.html",
    "licensee": "layouts/licensee.html",
    "staff": "layouts/staff.html",
}


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the portal, named in itself: `اردو`, not `Urdu`."""

    code: str
    name: str
    direction: str


LANGUAGE_NAMES: Final = {"en": Language("en", "English", "ltr"), "ur": Language("ur", "اردو", "rtl")}


class Society:
    """The society of the settings, in the language of the page. Nothing else on a page changes with the society."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def _localised(self, key: str) -> str:
        language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
        return self._values.get(f"{key}_{language}") or self._values.get(key, "")

    @property
    def name(self) -> str:
        """The full name in the language of the page."""
        return self._localised("name")

    @property
    def short_name(self) -> str:
        """The name as the header of a phone can hold it."""
        return self._localised("short_name") or self.name

    @property
    def territory_name(self) -> str:
        """The country it works in, in the language of the page."""
        return self._localised("territory_name")

    @property
    def address(self) -> str:
        """The postal address in the language of the page."""
        return self._localised("address")

    @property
    def hours(self) -> str:
        """When the help telephone is answered; empty when the society does not say."""
        return self._localised("hours")

    @property
    def email(self) -> str:
        """The help address."""
        return str(self._values.get("email", ""))

    @property
    def telephone(self) -> str:
        """The help telephone as it is written."""
        return str(self._values.get("telephone", ""))

    @property
    def telephone_link(self) -> str:
        """The help telephone as a `tel:` address: digits and the leading plus only."""
        return "".join(sign for sign in self.telephone if sign.isdigit() or sign == "+")

    @property
    def logo(self) -> str:
        """Path of the logo below the static files; empty for the name alone."""
        return str(self._values.get("logo", ""))

    @property
    def has_own_brand(self) -> bool:
        """Whether a brand colour is set that differs from the design's own."""
        return bool(self._values.get("brand"))

    @property
    def currency(self) -> str:
        """Code of the money of account."""
        return str(settings.CURRENCY["code"])


# For sentences that are made once and shown in many languages.
OWN_COUNTRY = lazy(lambda: Society(settings.SOCIETY).territory_name, str)()


def languages() -> list[Language]:
    """The languages of the settings, in their order."""
    return [LANGUAGE_NAMES[code] for code, _ in settings.LANGUAGES if code in LANGUAGE_NAMES]


def society(request: HttpRequest) -> dict[str, Any]:
    """Give templates `society`, `portal_languages` and `layout`, the layout that fits the person who is looking.

    A page that belongs to one audience extends that audience's layout by name; a shared page (form_page, list_page)
    extends `layout`, and a view may set `layout` itself.
    """
    audience = str(getattr(getattr(request, "user", None), "audience", "")).lower()
    return {
        "society": Society(settings.SOCIETY),
        "portal_languages": languages(),
        "layout": LAYOUTS.get(audience, "layouts/public.html"),
    }
