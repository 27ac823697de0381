"""Configuration of the licensing app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LicensingConfig(AppConfig):
    """Tariffs, applications, licences, invoices, receipts."""

    name = "licensing"
    verbose_name = _("Licensing")

    def ready(self) -> None:
        """Name our pages in the headers, give our states their shapes, take up our jobs."""
        import licensing.jobs  # noqa: F401 - registers the handlers
        from licensing.states import register_all

        _register_pages()
        register_all()


def _register_pages() -> None:
    from cmo_portal.navigation import register

    register("public", "licensing:public-calculator", _("Prices"), order=30)
    register("public", "licensing:public-tariff-list", _("Tariffs"), order=32)
    register("public", "licensing:public-check", _("Check a licence"), order=34)
    register("licensee", "licensing:licensee-home", _("Home"), order=10)
    register("licensee", "licensing:licensee-licence-list", _("Licences"), order=20)
    register("licensee", "licensing:licensee-invoice-list", _("Invoices"), order=30)
    register("licensee", "licensing:apply-start", _("Apply for a licence"), order=40)
    view = "licensing.view_licensing"
    register("staff", "licensing:staff-application-list", _("Licence applications"), permission=view, order=30)
    register("staff", "licensing:staff-licensee-list", _("Licensees"), permission=view, order=31)
    register("staff", "licensing:staff-invoice-list", _("Invoices"), permission=view, order=32)
    tariffs = ("licensing.edit_tariffs", "licensing.approve_tariffs")
    register("staff", "licensing:staff-tariff-list", _("Tariffs"), permission=tariffs, order=34)
