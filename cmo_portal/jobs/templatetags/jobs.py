"""How background work is written on pages."""

from django import template

from cmo_portal.common.texts import Text
from cmo_portal.jobs import words
from cmo_portal.jobs.models import Job

register = template.Library()


@register.filter
def job_words(job: Job) -> Text:
    """What a job does: `{{ job|job_words }}`."""
    return words.job_words(job.kind)
