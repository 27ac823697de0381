"""The book check: every figure derived anew from raw rows. Red means that nothing is approved, posted or paid.

Every module of this package registers its checks when it is imported here.
"""

from importlib import import_module
from pkgutil import iter_modules

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from royalties.fsck.framework import Breach, Check, Finding, Scope, all_checks, breaches, check, findings
from royalties.models import Run

__all__ = [
    "Breach",
    "Check",
    "Finding",
    "Scope",
    "all_checks",
    "breaches",
    "check",
    "findings",
    "require_clean",
]

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")


def require_clean(run: Run | None = None) -> None:
    """Fail closed: raises ValidationError with what is wrong while any check is red, for a run or for everything."""
    found = findings(Scope(run))
    if not found:
        return
    shown = "; ".join(f"{finding.code} {finding.object}: {finding.what}" for finding in found[:5])
    raise ValidationError(
        _("The checks are red, so nothing can be approved, posted or paid until this is put right: %(findings)s")
        % {"findings": shown}
    )
