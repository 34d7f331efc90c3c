"""Cells, rows and chunks of them turned into records: pure, without database, network or clock."""
