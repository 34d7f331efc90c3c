"""Agencies that submit, as the tests beside this need them."""

from tests.agencies import access, keys, push

__all__ = ["access", "keys", "push"]
