"""What a delivery looks like: counts per field, to be compared with those before it."""
