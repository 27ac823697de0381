"""The append-only, hash-chained record of every act: who did what on what, written in the act's own transaction."""
