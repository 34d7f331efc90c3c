"""Tests of what an enterprise shows others by itself."""
