"""Template tags of the works app."""
