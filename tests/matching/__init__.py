"""Tests of proposals: whose records are that have a name alone."""
