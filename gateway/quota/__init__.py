"""Quota: what accounts, institutions and consents may ask, counted exactly."""
