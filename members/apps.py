"""Configuration of the members app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """The members app."""

    name = "members"
    verbose_name = "Members"
