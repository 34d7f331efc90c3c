"""Quality back to the agency."""
