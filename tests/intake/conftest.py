"""Agencies that deliver, as the tests beside this need them."""

from tests.agencies import access, get, keys, push, rows

__all__ = ["access", "get", "keys", "push", "rows"]
