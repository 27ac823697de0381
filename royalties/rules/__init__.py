"""The society's rules of distribution as pure functions of values: no Django, no clock, no settings, no logging."""
