"""JSON values that need no special rule to be canonical, and what writes them. Pure."""

from collections.abc import Collection

from msgspec import Raw
from msgspec.json import Encoder

_LARGEST = 2**53 - 1
_TEXTS, _HOLDERS = frozenset({str, bool, type(None), Raw}), frozenset({dict, list})
_PLAIN = _HOLDERS | {int}
encode = Encoder(order="sorted").encode


def is_plain(value: object) -> bool:
    """Tell whether a JSON value is written as RFC 8785 has it without a special rule for a number or a name.

    It has no floats then, and no integer beyond 2^53.
    """
    try:
        return _are_plain([value])
    except TypeError:  # a name that is no text
        return False


def _are_plain(values: Collection[object]) -> bool:
    kinds = {*map(type, values)} - _TEXTS
    if not kinds:
        return True
    if not kinds <= _PLAIN or (int in kinds and any(type(one) is int and abs(one) > _LARGEST for one in values)):
        return False
    for one in values if kinds & _HOLDERS else ():
        if type(one) is dict:
            if not ("".join(one).isascii() and _are_plain(one.values())):
                return False
        elif type(one) is list and not _are_plain(one):
            return False
    return True
