"""Interfaces over HTTP that agencies offer: paged JSON, and the provincial gateway's signed calls."""
