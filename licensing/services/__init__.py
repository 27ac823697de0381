"""What licensing does: one function for each act, atomic, guarded first, recorded last."""
