"""Files of the industry turned into values and back: bytes and text only, no database."""
