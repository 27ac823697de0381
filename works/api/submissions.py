"""What a client sends: the query of a search, and a work to be registered with everybody who has a share in it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cmo_portal.wording import share_text
from works.api.descriptions import LONGEST_DURATION, MOST_ROWS, FreeIn, PerformerIn, SettingIn, SourceIn
from works.api.fields import Checked, Choice, Flag, Identity, Several, SpokenList, Strict, Text, Whole
from works.forms.fields import (
    ROLES,
    OwnScriptField,
    RomanTitleField,
    ShareField,
    TidyField,
    ipi_field,
    isrc_field,
    iswc_field,
)
from works.forms.member import MOST_PERSONS, RIGHTS
from works.models.api_registrations import LONGEST_REFERENCE
from works.rules.code_lists import (
    COMPOSITE_TYPES,
    EXCERPT_TYPES,
    LYRIC_ADAPTATIONS,
    MUSIC_ARRANGEMENTS,
    TEXT_MUSIC,
    CodeList,
)
from works.rules.composites import misfit
from works.rules.languages import LANGUAGES
from works.rules.splits import WHOLE
from works.services.description_faults import element_faults, performer_faults
from works.services.documenting import misfit_text
from works.services.drafts import NOBODY

LONGEST_LIST, USUAL_LIST = 100, 50
MOST_RECORDINGS = 20
CODES = list(LANGUAGES)
CODES_OF_ROLES = [*(code for code, _word in ROLES), NOBODY]
NEW = "new"


class LanguageCode(Choice):
    """A language by its code, in either case."""

    def to_internal_value(self, data: Any) -> Any:
        """The code as it is kept."""
        return super().to_internal_value(data.lower() if isinstance(data, str) else data)


class PageQuery(Strict):
    """Which page of a list."""

    limit = Whole(default=USUAL_LIST, min_value=1, max_value=LONGEST_LIST, help_text="Rows of a page.")
    after = Text(required=False, max_length=400, help_text="Place from which the next page goes on.")
    before = Text(required=False, max_length=400, help_text="Place before which the previous page ends.")


class WorkQuery(PageQuery):
    """Which works. With `q` the best matches, exact titles first; without it all works by number."""

    q = Checked(
        TidyField(max_length=200, required=False),
        required=False,
        allow_blank=True,
        default="",
        help_text="Title or writer in Urdu or Roman letters, work number, ISWC or ISRC.",
    )


class RecordingIn(Strict):
    """A recording of the work."""

    isrc = Checked(isrc_field())
    title = Checked(TidyField(max_length=400, required=False), required=False, allow_blank=True, default="")
    performer = Checked(TidyField(max_length=200, required=False), required=False, allow_blank=True, default="")
    duration = Whole(required=False, allow_null=True, min_value=1, max_value=LONGEST_DURATION, help_text="Seconds.")

    class Meta:
        list_serializer_class = SpokenList


class WriterList(SpokenList):
    """Everybody with a share: one of them the owner of the client, and each right exactly 100 %."""

    def validate(self, attrs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """All that is wrong with the rows together."""
        faults = []
        if sum(row["own"] for row in attrs) != 1:
            faults.append(_("Mark exactly one of the rows with own: the party that the token belongs to."))
        for field, label in RIGHTS:
            total = sum(row[field] for row in attrs)
            if total != WHOLE:
                facts = {"right": label, "total": share_text(total)}
                faults.append(_("The %(right)s shares add up to %(total)s; they must make 100 %%.") % facts)
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class WriterIn(Strict):
    """A person or firm with a share. `own` marks the owner of the client, who needs no name."""

    own = Flag(default=False)
    name = Checked(TidyField(max_length=200, required=False), required=False, allow_blank=True, default="")
    ipi = Checked(ipi_field(), required=False, allow_blank=True, default="", help_text="IPI name number.")
    party = Text(
        required=False,
        allow_blank=True,
        default="",
        max_length=36,
        help_text="Who is meant, when the API asked: the uid that it offered, or `new` for somebody else.",
    )
    member = Text(
        required=False, allow_blank=True, default="", max_length=20, help_text="Member number, in place of the IPI."
    )
    role = Choice(choices=CODES_OF_ROLES, help_text="CWR role; `PD` is the part of words that belong to nobody.")
    performing = Checked(ShareField(), help_text="Percent, at most four decimals, such as 33.3333.")
    mechanical = Checked(ShareField(), required=False, help_text="Percent; as performing when it is left out.")

    class Meta:
        list_serializer_class = WriterList

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A row names somebody or stands for nobody; nobody is there for nothing."""
        attrs.setdefault("mechanical", attrs["performing"])
        faults = dict(_faults_of_person(attrs))
        if not attrs["performing"] and not attrs["mechanical"]:
            faults["performing"] = [_("Leave a person without any share out.")]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


def _faults_of_person(row: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with whom a row names: by member of the row."""
    named = any(row[field] for field in ("name", "ipi", "party", "member"))
    if row["own"] and row["role"] == NOBODY:
        yield "role", [_("Choose what you did. Words that belong to nobody are a row of their own.")]
    elif row["own"] and named:
        yield "own", [_("The row of your own party has no name, no IPI and no party.")]
    elif row["role"] == NOBODY and named:
        yield "name", [_("A part that belongs to nobody has no name and no number.")]
    elif row["role"] != NOBODY and not row["own"] and not any(sign.isalpha() for sign in row["name"]):
        yield "name", [_("Write the name.")]


def _code(codes: CodeList, about: str) -> Choice:
    """A CWR code that may be left out."""
    return Choice(choices=list(codes), required=False, allow_blank=True, default="", help_text=about)


class RegistrationIn(Strict):
    """A work to be registered."""

    title = Checked(RomanTitleField(max_length=400), max_length=400, help_text="In Roman letters.")
    title_original = Checked(
        OwnScriptField(max_length=400, required=False),
        required=False,
        allow_blank=True,
        default="",
        help_text="In its own script.",
    )
    language = LanguageCode(choices=CODES, required=False, default="")
    duration = Whole(required=False, allow_null=True, min_value=1, max_value=LONGEST_DURATION, help_text="Seconds.")
    iswc = Checked(iswc_field(), required=False, allow_blank=True, default="")
    recordings = RecordingIn(many=True, required=False, default=list, max_length=MOST_RECORDINGS)
    text_music = _code(TEXT_MUSIC, "Words, music or both.")
    music_arrangement = _code(MUSIC_ARRANGEMENTS, "What was done to the music; told by the sources when left out.")
    lyric_adaptation = _code(LYRIC_ADAPTATIONS, "What was done to the words; told by the sources when left out.")
    composite_type = _code(COMPOSITE_TYPES, "A work made of several; a medley when it has components.")
    excerpt_type = _code(EXCERPT_TYPES, "A part of another work.")
    sources = SourceIn(many=True, required=False, default=list, max_length=MOST_ROWS)
    public_domain = FreeIn(many=True, required=False, default=list, max_length=MOST_ROWS)
    instrumentations = SettingIn(many=True, required=False, default=list, max_length=MOST_ROWS)
    performers = PerformerIn(many=True, required=False, default=list, max_length=MOST_ROWS)
    writers = WriterIn(many=True, allow_empty=False, max_length=MOST_PERSONS)
    reference = Checked(
        TidyField(max_length=LONGEST_REFERENCE, required=False),
        required=False,
        allow_blank=True,
        default="",
        help_text="Your own number of the work.",
    )
    acknowledged = Several(
        child=Identity(),
        required=False,
        default=list,
        max_length=50,
        help_text="Works that look alike, which you have compared: yours is another one.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The sources fit into the work."""
        fault = misfit([(row["part"], row["duration"]) for row in attrs["sources"]], attrs.get("duration"))
        if fault is not None:
            raise serializers.ValidationError({"sources": [misfit_text(fault)]})
        named = [(row["last_name"], row["first_name"], row["ipi_name_number"]) for row in attrs["performers"]]
        if faults := performer_faults(named, range(len(named))):
            raise serializers.ValidationError({"performers": faults})
        if faults := element_faults(attrs["text_music"], [row["element"] for row in attrs["public_domain"]]):
            raise serializers.ValidationError({"public_domain": faults})
        return attrs


def cleaned(serializer: type[Strict], data: Any) -> dict[str, Any]:
    """The checked values. Raises REST framework's ValidationError with every fault."""
    reading = serializer(data=data)
    reading.is_valid(raise_exception=True)
    values: dict[str, Any] = reading.validated_data
    return values
