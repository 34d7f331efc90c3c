"""The audit log: append, sequence, sign, prove, verify."""
