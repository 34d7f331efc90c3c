"""Records once they are in: acts, history, proofs, erasure, retention, and the subjects they are about."""
