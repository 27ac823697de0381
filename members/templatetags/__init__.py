"""Tags of the pages on members and parties."""
