"""Files of the industry ↔ plain values: usage tables and sales reports. Bytes and text only, no database."""
