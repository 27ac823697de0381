"""What was done to a record, as its page tells it."""

from django.db.models import Model

from cmo_portal.audit.models import Act


def acts_on_record(record: Model, *, limit: int = 30) -> list[Act]:
    """The last acts on a record that has a uid, the newest first."""
    acts = Act.objects.filter(object_type=record._meta.label_lower, object_id=str(getattr(record, "uid", record.pk)))
    return list(acts.select_related("actor").order_by("-number")[:limit])
