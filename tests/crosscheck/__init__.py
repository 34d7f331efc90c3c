"""Tests of checks against other supervisors' lists."""
