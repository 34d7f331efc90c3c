"""Quality back to the agency: corrections, drift, scores, alerts."""
