"""The authorization server and the tokens it gives: assertions, proofs, codes, pushed requests."""
