"""Template tags of the record of acts."""
