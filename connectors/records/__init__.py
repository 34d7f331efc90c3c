"""The life of a record: acts, what may be shown, an enterprise's portfolio."""
