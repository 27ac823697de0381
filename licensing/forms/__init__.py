"""Forms of licensing, by page."""
