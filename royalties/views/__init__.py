"""Pages of royalties, by audience."""
