"""Whose records are that are known by a name alone: proposals are computed, people decide."""
