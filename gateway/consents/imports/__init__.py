"""Consents that an institution collected elsewhere, handed in many at once."""
