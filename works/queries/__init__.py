"""Reads over works for pages, matching and distribution runs."""
