"""Linking usage to works: the texts of a file on one side, the repertoire on the other, and a reason for every link."""
