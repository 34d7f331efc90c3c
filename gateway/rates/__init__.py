"""Rates: how fast accounts may ask and how much at once. They guard the service, and are apart from quota."""
