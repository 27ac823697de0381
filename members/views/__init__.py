"""Doors: pages of applicants, members and staff."""
