"""Subjects, records and their versions in the database."""
