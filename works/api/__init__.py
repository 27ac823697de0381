"""The API of works, version 1: search and read works, register works, follow registrations (docs/api.md)."""
