"""Commands of the royalties app."""
