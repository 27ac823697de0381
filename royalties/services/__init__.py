"""What the society does with usage, pools, runs, statements, payments and the ledger: one function per act."""
