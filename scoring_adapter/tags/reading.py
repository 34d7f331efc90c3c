"""One value of a record as an integer. Pure; raises ValueError for what a normalised record cannot hold."""

import re
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
DIGITS_OF = {"元": 2, "万元": 6, "亿元": 10}  # of a unit of money, down to fen
_DECIMAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)
_YEAR = re.compile(r"(\d{4})(?!\d)", re.ASCII)
_SHORT = 20  # characters: more are looked at in another way
_LONGEST = 100  # digits that are looked at; more are as many as no column holds


def read_day(text: str, *, last: bool = False) -> int:
    """Return days since 1970-01-01; of a month or a year alone, its first day or its last."""
    if len(text) == 10:
        return date.fromisoformat(text).toordinal() - EPOCH
    month = read_month(text, last=last)
    if last:
        return _first_of(month + 1) - 1
    return _first_of(month)


def read_month(text: str, *, last: bool = False) -> int:
    """Return year·12 + month − 1; of a year alone, its first month or its last."""
    if len(text) == 4:
        return read_year(text) * 12 + (11 if last else 0)
    at = date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    return at.year * 12 + at.month - 1


def read_year(text: str) -> int:
    """Return the year a text begins with."""
    found = _YEAR.match(text)
    if not found:
        raise ValueError("no year")
    return int(found[1])


def read_decimal(text: str, digits: int) -> int:
    """Return a decimal times 10^digits, halves away from zero."""
    whole, point, part = text.partition(".")
    plain = len(text) < _SHORT and text.isascii() and whole.isdecimal() and (part.isdecimal() or not point)
    if plain and len(part) <= digits:  # as nearly all are written
        return int((whole + part).ljust(len(whole) + digits, "0"))
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise ValueError("no decimal")
    if len(text) > _LONGEST:
        return int("9" * _LONGEST)
    part = found[3] or ""
    size = int(found[2] + part[:digits].ljust(digits, "0"))
    if part[digits : digits + 1] >= "5":
        size += 1
    return -size if found[1] else size


def _first_of(month: int) -> int:
    """Return the first day of a month, as days since 1970-01-01."""
    return date(month // 12, month % 12 + 1, 1).toordinal() - EPOCH
