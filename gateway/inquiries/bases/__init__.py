"""On what questions are answered beside a consent: that data are public, and the duties of government bodies."""
