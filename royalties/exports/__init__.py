"""Tables of royalties as files for spreadsheets."""
