"""Webhooks: an institution's systems are told of what concerns it (Standard Webhooks 1.0, CloudEvents 1.0)."""
