"""Records that are known by a name alone: which enterprises of the register they might be of. Proposals, for people."""
