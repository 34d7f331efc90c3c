"""Cards fitted, tried, compared and exchanged."""
