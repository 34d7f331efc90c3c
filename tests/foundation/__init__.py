"""Tests of the house itself: settings, the database, its server, problems at the edge."""
