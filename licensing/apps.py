"""Configuration of the licensing app."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """The licensing app."""

    name = "licensing"
    verbose_name = "Licensing"
