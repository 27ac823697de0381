"""What a client sends: the query of a search, and a work to be registered with everybody who has a share in it."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cmo_portal.wording import share_text
from works.api.fields import MESSAGES, Checked, Choice, Flag, Identity, Several, Strict, Text, Whole
from works.forms.fields import (
    MEMBER_ROLES,
    RomanTitleField,
    ShareField,
    TidyField,
    ipi_field,
    isrc_field,
    iswc_field,
)
from works.forms.member import MOST_PERSONS, RIGHTS
from works.models.api_registrations import LONGEST_REFERENCE
from works.rules.languages import LANGUAGES
from works.rules.splits import WHOLE

LONGEST_LIST, USUAL_LIST = 100, 50
MOST_RECORDINGS = 20
LONGEST_DURATION = 4 * 3600  # seconds
CODES = list(LANGUAGES)
ROLES = [code for code, _word in MEMBER_ROLES]
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


class SpokenList(serializers.ListSerializer):  # type: ignore[misc]
    """A list of objects whose complaints are ours."""

    default_error_messages = {
        "not_a_list": MESSAGES["not_a_list"],
        "empty": MESSAGES["empty"],
        "max_length": Several.default_error_messages["max_length"],
    }


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
    role = Choice(choices=ROLES)
    performing = Checked(ShareField(), help_text="Percent, at most four decimals, such as 33.3333.")
    mechanical = Checked(ShareField(), required=False, help_text="Percent; as performing when it is left out.")

    class Meta:
        list_serializer_class = WriterList

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A row names somebody; nobody is there for nothing."""
        attrs.setdefault("mechanical", attrs["performing"])
        if attrs["own"] and (attrs["name"] or attrs["ipi"] or attrs["party"]):
            raise serializers.ValidationError(
                {"own": [_("The row of your own party has no name, no IPI and no party.")]}
            )
        if not attrs["own"] and not any(sign.isalpha() for sign in attrs["name"]):
            raise serializers.ValidationError({"name": [_("Write the name.")]})
        if not attrs["performing"] and not attrs["mechanical"]:
            raise serializers.ValidationError({"performing": [_("Leave a person without any share out.")]})
        return attrs


class RegistrationIn(Strict):
    """A work to be registered."""

    title = Checked(RomanTitleField(max_length=400), max_length=400, help_text="In Roman letters.")
    title_original = Checked(
        TidyField(max_length=400, required=False),
        required=False,
        allow_blank=True,
        default="",
        help_text="In its own script.",
    )
    language = LanguageCode(choices=CODES, required=False, default="")
    duration = Whole(required=False, allow_null=True, min_value=1, max_value=LONGEST_DURATION, help_text="Seconds.")
    iswc = Checked(iswc_field(), required=False, allow_blank=True, default="")
    recordings = RecordingIn(many=True, required=False, default=list, max_length=MOST_RECORDINGS)
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


def cleaned(serializer: type[Strict], data: Any) -> dict[str, Any]:
    """The checked values. Raises REST framework's ValidationError with every fault."""
    reading = serializer(data=data)
    reading.is_valid(raise_exception=True)
    values: dict[str, Any] = reading.validated_data
    return values
