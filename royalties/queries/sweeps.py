"""The jobs that look through the whole register, by their kind."""

from cmo_portal.jobs.models import Job


def standing_sweep(kind: str) -> Job | None:
    """The one that is under way or waits."""
    return Job.objects.filter(kind=kind, state__in=["pending", "running"]).order_by("-pk").first()


def last_sweep(kind: str) -> Job | None:
    """The newest, in whatever state."""
    return Job.objects.filter(kind=kind).order_by("-pk").first()
