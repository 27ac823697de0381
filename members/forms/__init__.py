"""The shape of what comes in: forms of applicants, members and staff."""
