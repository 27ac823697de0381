"""What the API answers about works: what the public page shows, and nothing personal."""

from collections.abc import Sequence
from dataclasses import dataclass

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from works.forms.fields import share_figure
from works.models import Recording, Work, WorkIdentifier, WorkTitle
from works.queries.public_works import PublicRight
from works.queries.work_pages import ListedWork
from works.rules.identifiers import format_isrc, format_iswc


class ShareFigure(serializers.Field):  # type: ignore[misc]
    """A share in percent, as a text that loses no decimal."""

    def to_representation(self, units: int) -> str:
        """333334 becomes 33.3334."""
        return share_figure(units)


PERCENT = extend_schema_field({"type": "string", "example": "33.3334", "description": "Percent."})(ShareFigure)


class TitleOut(serializers.ModelSerializer):  # type: ignore[misc]
    """A title with its CWR type, language (ISO 639-1) and script (ISO 15924)."""

    class Meta:
        model = WorkTitle
        fields = ("text", "title_type", "language", "script")


class RecordingOut(serializers.ModelSerializer):  # type: ignore[misc]
    """A recording of the work."""

    isrc = serializers.SerializerMethodField()
    performers = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields = ("isrc", "title", "version_title", "performers", "label", "duration", "released_on")

    def get_isrc(self, recording: Recording) -> str:
        """Its printed form."""
        return format_isrc(recording.isrc or "")

    def get_performers(self, recording: Recording) -> list[str]:
        """As credited, in the order of the credit."""
        return [performer.name for performer in recording.performers.all()]


class RightOwnerOut(serializers.Serializer):  # type: ignore[misc]
    """A writer or publisher with a share of a right."""

    name = serializers.CharField()
    name_original = serializers.CharField()
    role = serializers.CharField(help_text="CWR role, such as CA, C, A, E.")
    share = PERCENT()


class RightOut(serializers.Serializer):  # type: ignore[misc]
    """The shares of one right that hold today in the society's own country. A contested part has no names."""

    right = serializers.CharField(help_text="PR performing, MR mechanical, SR synchronisation.")
    owners = RightOwnerOut(many=True)
    disputed = PERCENT(help_text="The contested part.")
    unconfirmed = PERCENT(help_text="The part that waits for the co-writers' confirmation.")
    open = PERCENT(help_text="The part that nobody is known to hold.")
    licensable = PERCENT(help_text="The part that the society may license.")
    elsewhere = PERCENT(help_text="The part of creators whom a sister society represents.")
    unrepresented = PERCENT(help_text="The part of known owners whom no society we know of represents.")
    contradicted = PERCENT(help_text="The part about which agreements cannot all be true: nobody may license it.")
    is_confirmed = serializers.BooleanField(
        help_text="Every part is documented and agreed, nobody contests one, and its agreements can all be true."
    )


class IdentifierOut(serializers.ModelSerializer):  # type: ignore[misc]
    """A number that somebody else gave the work."""

    class Meta:
        model = WorkIdentifier
        fields = ("issuer", "value")


@dataclass(frozen=True, slots=True)
class WorkShown:
    """A work and what of it is shown."""

    work: Work
    titles: Sequence[WorkTitle]
    identifiers: Sequence[WorkIdentifier]
    rights: Sequence[PublicRight]
    recordings: Sequence[Recording]


class WorkOut(serializers.Serializer):  # type: ignore[misc]
    """A registered work."""

    uid = serializers.UUIDField(source="work.uid")
    number = serializers.CharField(source="work.number")
    title = serializers.CharField(source="work.title")
    titles = TitleOut(many=True)
    iswc = serializers.SerializerMethodField()
    identifiers = IdentifierOut(many=True)
    language = serializers.CharField(source="work.language")
    category = serializers.CharField(source="work.category")
    version_type = serializers.CharField(source="work.version_type")
    duration = serializers.IntegerField(source="work.duration", allow_null=True, help_text="Seconds.")
    rights = RightOut(many=True)
    recordings = RecordingOut(many=True)

    def get_iswc(self, shown: WorkShown) -> str:
        """Its printed form; blank when it has none."""
        return format_iswc(shown.work.iswc or "")


class OwnerOut(serializers.Serializer):  # type: ignore[misc]
    """Who owns how much of a listed work."""

    name = serializers.CharField()
    name_original = serializers.CharField()
    share = PERCENT()


class ListedOut(serializers.Serializer):  # type: ignore[misc]
    """A work in a list. Shares are those of the performing right, or else of the first right that is documented."""

    uid = serializers.UUIDField(source="work.uid")
    number = serializers.CharField(source="work.number")
    title = serializers.CharField(source="work.title")
    other_titles = serializers.SerializerMethodField()
    iswc = serializers.SerializerMethodField()
    owners = OwnerOut(many=True)
    documented = serializers.CharField(
        help_text="`whole`, `open` (a part without an owner), `disputed`, `unconfirmed` (a part waits for the "
        "co-writers) or `contradicted` (agreements about it cannot all be true)."
    )

    def get_other_titles(self, row: ListedWork) -> list[str]:
        """Titles beside the main one."""
        return [title.text for title in row.other_titles]

    def get_iswc(self, row: ListedWork) -> str:
        """Its printed form; blank when it has none."""
        return format_iswc(row.work.iswc or "")


class WorkPage(serializers.Serializer):  # type: ignore[misc]
    """Rows, and the addresses of the neighbouring pages; null where there is none."""

    results = ListedOut(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class RegistrationOut(serializers.Serializer):  # type: ignore[misc]
    """A registration: `registered`, `submitted` (the society compares it first), `refused` (with the reason),
    `withdrawn`, or `merged` into the work that is named."""

    uid = serializers.UUIDField()
    reference = serializers.CharField()
    sent_at = serializers.DateTimeField()
    state = serializers.CharField()
    refusal = serializers.CharField()
    work_uid = serializers.UUIDField()
    work_number = serializers.CharField()
    title = serializers.CharField()
    merged_into = serializers.CharField(allow_null=True)
    split = serializers.CharField(
        allow_null=True,
        help_text="What the co-writers say of the shares: waiting (they are held until all have agreed), agreed, "
        "refused or withdrawn; null where nobody was asked.",
    )


class RegistrationPage(serializers.Serializer):  # type: ignore[misc]
    """Registrations, the newest first."""

    results = RegistrationOut(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class FieldError(serializers.Serializer):  # type: ignore[misc]
    """One fault of the body; `field` counts list entries from 0."""

    field = serializers.CharField()
    message = serializers.CharField()


class ProblemOut(serializers.Serializer):  # type: ignore[misc]
    """RFC 9457. Further members depend on the type."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The number of the request.")
    errors = FieldError(many=True, required=False)


class ClientOut(serializers.Serializer):  # type: ignore[misc]
    """The client of the token."""

    name = serializers.CharField()
    owner = serializers.CharField(source="party.display_name", default="")
    scopes = serializers.ListField(child=serializers.CharField())
    expires_on = serializers.DateField()
