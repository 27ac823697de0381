"""Fields that the forms by which disputes begin share: where the claim holds, and the work of which a part is used."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text
from members.models.territories import WORLD
from works.forms.fields import AreaField, WorkNumberField
from works.models import DisputeKind


def claimed_area_field() -> AreaField:
    """Where the shares are claimed; the world where nothing else is said."""
    return AreaField(label=_("Where"), initial=WORLD, error_messages={"required": _("Say where, for example World.")})


def sampled_field(hint: Text) -> WorkNumberField:
    """The work of which a part is used, in a dispute about a sample."""
    return WorkNumberField(label=_("Number or ISWC of the work that is used"), required=False, help_text=hint)


def with_sample(form: forms.Form, data: dict[str, Any]) -> dict[str, Any]:
    """The data of a form whose kind and sample fit together; otherwise with the fault at the sample."""
    is_sample = data.get("kind") == DisputeKind.SAMPLE
    if is_sample and not data.get("sampled") and "sampled" not in form.errors:
        form.add_error("sampled", _("Name the work of which a part is used."))
    if not is_sample and data.get("sampled"):
        form.add_error("sampled", _("Only a sample names another work. Choose that kind, or leave this empty."))
    return data
