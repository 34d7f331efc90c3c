"""The `xinqiao` command."""
