"""The book check: every figure derived anew from raw rows. Red means that no run and no payment is approved, no run
finalised and no bank file given out.

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
    """Fail closed: raises ValidationError with what is wrong while any check is red.

    For a run, tables of results and usage are read for that run alone; the ledger, every account and the record of
    acts are looked at whole all the same.
    """
    found = findings(Scope(run))
    if not found:
        return
    shown = "; ".join(f"{finding.code} {finding.object}: {finding.what}" for finding in found[:5])
    raise ValidationError(
        _("The checks are red, so nothing can be approved, posted or paid until this is put right: %(findings)s")
        % {"findings": shown}
    )
