"""The rules of documentation as pure functions of values: no Django, no clock, no settings."""
