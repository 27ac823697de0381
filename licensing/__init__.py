"""The licensing app (see README.md, map of rooms)."""
