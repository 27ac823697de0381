"""Forms of royalties, by desk."""
