"""Measurements of the works app that need no database."""
