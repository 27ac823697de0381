"""Forms on works: the steps of a registration, search, corrections, disputes, reports, files."""
