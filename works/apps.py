"""Configuration of the works app."""

from django.apps import AppConfig


class WorksConfig(AppConfig):
    """The works app."""

    name = "works"
    verbose_name = "Works"
