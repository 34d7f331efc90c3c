"""The service: settings, database, identity, quota, the inquiry, feedback, API and CLI."""
