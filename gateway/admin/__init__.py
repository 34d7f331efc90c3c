"""What operators change: institutions, accounts, keys, limits, quota; the risky ones by two people."""
