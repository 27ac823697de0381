"""Configuration of the royalties app."""

from django.apps import AppConfig


class RoyaltiesConfig(AppConfig):
    """The royalties app."""

    name = "royalties"
    verbose_name = "Royalties"
