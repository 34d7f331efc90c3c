"""Consent: the signed artefact, its life, and the pure decision."""
