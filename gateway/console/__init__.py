"""The console: pages for people, Chinese first, without a script and without a foreign asset."""
