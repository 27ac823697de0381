"""What every app shares and what names no business thing: money, dates, tables, sealing, base models."""
