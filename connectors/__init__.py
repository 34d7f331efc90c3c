"""The agency side: ways in, mappings, normalising, the record store and the quarantine."""
