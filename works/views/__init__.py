"""Pages on works, by audience."""
