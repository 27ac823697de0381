"""The works app (see README.md, map of rooms)."""
