"""What every room stands on: settings, database, embedded server, keys, group commits, files in waiting."""
