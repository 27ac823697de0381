"""Those who play music: businesses, the people who act for them, and the places or channels they use."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from licensing.models.tariffs import KEPT, Province, localised


class PremisesKind(models.TextChoices):
    """What a licence is for."""

    PLACE = "place", _("Premises")
    CHANNEL = "channel", _("Channel or station")
    EVENT = "event", _("Event")


@pghistory.track()
class Licensee(Public):
    """A business that uses music."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    number = models.CharField(_("licensee number"), max_length=12, unique=True)
    name = models.CharField(_("name of the business"), max_length=160)
    name_ur = models.CharField(_("name in Urdu"), max_length=160, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    telephone = models.CharField(_("telephone"), max_length=20, blank=True)
    ntn = models.CharField(_("tax number (NTN)"), max_length=16, blank=True)
    address = models.CharField(_("postal address"), max_length=300)
    city = models.CharField(_("city"), max_length=80)
    language = models.CharField(_("language"), max_length=5, default="en")

    class Meta:
        verbose_name = _("licensee")
        verbose_name_plural = _("licensees")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """The name in the language of the page."""
        return localised(self.name, self.name_ur)


@pghistory.track()
class LicenseeAccess(Public):
    """A person who acts for a licensee; she sees that licensee's records and no others."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="licensee_access")
    licensee = models.ForeignKey(Licensee, on_delete=models.PROTECT, related_name="access")
    role = models.CharField(
        _("role"), max_length=10, choices=[("owner", _("Owner")), ("accounts", _("Accounts"))], default="owner"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("access of a licensee")
        verbose_name_plural = _("access of licensees")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "licensee"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_access_per_user_and_licensee",
            )
        ]


@pghistory.track()
class Premises(Public):
    """A place, channel or event for which a licensee needs a licence."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    licensee = models.ForeignKey(Licensee, on_delete=models.PROTECT, related_name="premises")
    kind = models.CharField(_("kind"), max_length=8, choices=PremisesKind.choices, default=PremisesKind.PLACE)
    name = models.CharField(_("name of the place, channel or event"), max_length=160)
    name_ur = models.CharField(_("name in Urdu"), max_length=160, blank=True)
    address = models.CharField(_("address"), max_length=300)
    city = models.CharField(_("city"), max_length=80)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="premises")

    class Meta:
        verbose_name = _("premises")
        verbose_name_plural = _("premises")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"

    @property
    def local_name(self) -> str:
        """The name in the language of the page."""
        return localised(self.name, self.name_ur)
