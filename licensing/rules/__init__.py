"""The society's rules of licensing as pure functions of values: no Django, no clock, no settings, no logging."""
