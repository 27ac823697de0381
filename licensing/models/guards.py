"""Triggers that several tables of licensing share."""

import functools
import operator

import pgtrigger


def fixed_once(name: str, *, past: pgtrigger.Q, fields: list[str]) -> pgtrigger.Protect:
    """Refuses any change of these fields in a row for whose old values `past` holds."""
    changed = functools.reduce(
        operator.or_, [pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")}) for field in fields]
    )
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=past & changed)
