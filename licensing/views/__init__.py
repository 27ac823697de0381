"""Pages of licensing, by audience."""
