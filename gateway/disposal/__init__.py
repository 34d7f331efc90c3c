"""What becomes of risks: cases that regulators open and county disposal offices see to, step by step, until they end."""
