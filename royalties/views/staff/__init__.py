"""Staff pages of royalties, by desk."""
