"""The royalties app (see README.md, map of rooms)."""
