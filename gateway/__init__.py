"""The service: settings, database, identity, quota, the inquiry, usage results, API and CLI."""
