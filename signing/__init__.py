"""The bottom layer: canonical JSON, signatures, Merkle trees, sealing and key files."""
