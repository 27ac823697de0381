"""The roles in which a party holds a part of a work: CWR writer designations and publisher types."""

WRITER_ROLES = ("CA", "C", "A", "AR", "AD", "TR", "SA", "SR", "PA")  # PA: income participant, as a writer here
PUBLISHER_ROLES = ("E", "AQ", "AM", "SE", "ES")
