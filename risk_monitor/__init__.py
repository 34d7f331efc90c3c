"""Risks seen early: declared points over what is known of an enterprise, scores by type of risk, levels. Pure."""
