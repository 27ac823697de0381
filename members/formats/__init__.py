"""Files that people hand in as proof: bytes in, checked and cleaned bytes out. No tables, no storage."""
