"""A mapping proposed from a sample of an agency's file."""
