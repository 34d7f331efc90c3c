"""Somebody in a fresh clone, with a small sandbox of their own: what tests of pages for newcomers share."""

