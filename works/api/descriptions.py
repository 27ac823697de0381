"""What a client says of a work beside title and shares: what it was made from, what belongs to nobody, settings and
performers. The rows of the desk's own forms read it, so that the API says what a page says."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from rest_framework import serializers

from works.api.fields import Checked, Choice, Several, SpokenList, Strict, Text, Whole
from works.forms.description import FreeRow, PerformerRow, Row, SettingRow, SourceRow
from works.forms.fields import ShareField, ipi_field, iswc_field
from works.models import Element, FreeReason, SourceKind
from works.rules.instruments import INSTRUMENTS, STANDARD_INSTRUMENTATIONS
from works.rules.public_domain import century_of
from works.services.describing import (
    NewDescription,
    NewInstrumentation,
    NewPerformer,
    NewPublicDomain,
    NewSource,
)
from works.services.typed_descriptions import facts_of_sources

MOST_ROWS = 20
LONGEST_DURATION = 4 * 3600  # seconds


class RowIn(Strict):
    """An object that a row of the desk's form reads, once its members have their types."""

    row: ClassVar[type[Row]]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The values of the row; its complaints stand at the members of the same name."""
        reading = self.row(data=self.typed(attrs))
        if not reading.has_changed():
            raise serializers.ValidationError([_("Nothing is written here.")])
        if not reading.is_valid():
            raise serializers.ValidationError(_by_member(reading, self.fields))
        return reading.values(None)

    def typed(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The object as people type the row."""
        return attrs


class SourceIn(RowIn):
    """A work that this one was made from: one of ours by its number, or another one by its title."""

    row = SourceRow
    kind = Choice(choices=SourceKind.values)
    our_number = Text(required=False, allow_blank=True, default="", max_length=14, help_text="Such as W0000017.")
    title = Text(required=False, allow_blank=True, default="", max_length=400)
    writers = Several(child=Text(max_length=160), required=False, default=list, max_length=MOST_ROWS)
    iswc = Checked(iswc_field(hint=""), required=False, allow_blank=True, default="")
    duration = Whole(
        required=False, allow_null=True, min_value=1, max_value=LONGEST_DURATION, help_text="Seconds within this work."
    )
    part = Checked(
        ShareField(required=False),
        required=False,
        allow_blank=True,
        default=None,
        help_text="Agreed part of this work in percent, of a component; by length when it is left out.",
    )

    def typed(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Writers as one text, seconds as minutes and seconds, units as percent."""
        length, part = attrs.get("duration"), attrs["part"]
        return {
            **attrs,
            "writers": "; ".join(name.replace(";", ",") for name in attrs["writers"]),
            "duration": f"{length // 60}:{length % 60:02d}" if length else "",
            "part": self.fields["part"].check.prepare_value(part),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As the row says; of our works only registered ones are known to a client."""
        values = super().validate(attrs)
        if values["source"] is not None and values["source"].state != "registered":
            fault = _("No work has the number %(number)s.") % {"number": values["source"].number}
            raise serializers.ValidationError({"our_number": [fault]})
        return values

    class Meta:
        list_serializer_class = SpokenList


class FreeIn(RowIn):
    """Words or music that belong to nobody, and why."""

    row = FreeRow
    element = Choice(choices=Element.values)
    reason = Choice(choices=FreeReason.values)
    author = Text(required=False, allow_blank=True, default="", max_length=200, help_text="In Roman letters.")
    author_original = Text(required=False, allow_blank=True, default="", max_length=200, help_text="In its own script.")
    died_in = Whole(required=False, allow_null=True, min_value=1, max_value=9999, help_text="Year.")
    century = Whole(
        required=False, allow_null=True, min_value=1, max_value=21, help_text="Of the death, when its year is unknown."
    )
    note = Text(required=False, allow_blank=True, default="", max_length=500, help_text="How you know.")

    def typed(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A year tells its century."""
        died_in = attrs.get("died_in")
        return {**attrs, "century": attrs.get("century") or (century_of(died_in) if died_in else None)}

    class Meta:
        list_serializer_class = SpokenList


class InstrumentIn(Strict):
    """An instrument by its CWR code."""

    code = Choice(choices=list(INSTRUMENTS))
    players = Whole(required=False, allow_null=True, min_value=1, max_value=999)

    class Meta:
        list_serializer_class = SpokenList


class SettingIn(RowIn):
    """An instrumentation."""

    row = SettingRow
    standard = Choice(choices=list(STANDARD_INSTRUMENTATIONS), required=False, allow_blank=True, default="")
    voices = Whole(required=False, allow_null=True, min_value=1, max_value=999)
    instruments = InstrumentIn(many=True, required=False, default=list, max_length=MOST_ROWS * 2)
    description = Text(required=False, allow_blank=True, default="", max_length=200)

    def typed(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Instruments as a list of codes with their players."""
        played = (f"{each['code']} {each.get('players') or ''}".strip() for each in attrs["instruments"])
        return {**attrs, "instruments": ", ".join(played)}

    class Meta:
        list_serializer_class = SpokenList


class PerformerIn(RowIn):
    """Somebody who performs the work."""

    row = PerformerRow
    last_name = Text(max_length=160, help_text="Last name, or name of the group.")
    first_name = Text(required=False, allow_blank=True, default="", max_length=160)
    ipi_name_number = Checked(ipi_field(), required=False, allow_blank=True, default="")

    class Meta:
        list_serializer_class = SpokenList


def new_description(sent: Mapping[str, Any]) -> NewDescription:
    """The description that a checked registration gives."""
    sources = tuple(NewSource(**{**row, "writers": tuple(row["writers"])}) for row in sent["sources"])
    codes = ("text_music", "music_arrangement", "lyric_adaptation", "composite_type", "excerpt_type")
    return NewDescription(
        facts=facts_of_sources([source.kind for source in sources], **{name: sent[name] for name in codes}),
        sources=sources,
        public_domain=tuple(NewPublicDomain(**row) for row in sent["public_domain"]),
        performers=tuple(NewPerformer(**row) for row in sent["performers"]),
        instrumentations=tuple(NewInstrumentation(**row) for row in sent["instrumentations"]),
    )


def _by_member(reading: forms.Form, known: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Complaints of a form at the members of the object; what is about the whole row stands at the object."""
    return {
        name if name in known else "non_field_errors": [str(text) for text in texts]
        for name, texts in reading.errors.items()
    }
