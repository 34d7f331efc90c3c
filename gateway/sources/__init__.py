"""Sources read on a schedule."""
