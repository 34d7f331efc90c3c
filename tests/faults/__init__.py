"""Faults over real processes: what fails, what is promised then (docs/reliability.md, Faults)."""
