"""Ways in: what a source is, the registry of connectors, and those that come along."""
