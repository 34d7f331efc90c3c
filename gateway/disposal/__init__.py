"""What becomes of risks: cases that regulators open and county disposal offices see to, until they end."""
