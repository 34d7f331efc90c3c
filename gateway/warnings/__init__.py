"""Warnings for banks: an institution subscribes to its customers under consent, and is told when their risks change."""
