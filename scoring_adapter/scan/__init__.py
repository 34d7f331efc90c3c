"""Every tag of every enterprise, computed by an engine over the column store."""
