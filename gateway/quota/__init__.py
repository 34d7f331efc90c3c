"""Quota: how much an account and its institution may ask per calendar day and month, exact and recorded."""
