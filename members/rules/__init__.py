"""The society's rules about people as pure functions: no Django model, no clock, no settings."""
