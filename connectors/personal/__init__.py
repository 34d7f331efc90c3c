"""Personal data sealed under a key per party."""
