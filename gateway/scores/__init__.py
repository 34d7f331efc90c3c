"""The column store in use: appended, compacted, rebuilt, verified."""
