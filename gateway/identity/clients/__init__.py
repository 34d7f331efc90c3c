"""Clients: registered, with their keys, standing, limits and addresses."""
