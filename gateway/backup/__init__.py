"""Backups: what an instance holds, written to a folder and brought back, never behind what was signed unnoticed."""
