"""The members app (see README.md, map of rooms)."""
