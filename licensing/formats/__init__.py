"""Codes of licensing ↔ values: bytes and text only."""
