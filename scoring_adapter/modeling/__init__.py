"""Scorecards fitted, validated and compared on tables of enterprises whose outcome is known."""
