"""What Excel shows for a number (ECMA-376 part 1, 18.8.30): dates, months, per cents, codes with leading zeros. Pure.

The numbers 27 to 36 and 50 to 58 are dates where Excel speaks Chinese; no other list names them.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

Form = Literal["plain", "day", "month", "moment", "time", "percent"] | int  # a number: so many digits, with zeros
DIGITS = 15  # what Excel keeps of a number
_KEPT = Context(prec=DIGITS)
_MOST = Decimal(10) ** DIGITS
_FURTHEST = 400  # of an exponent; a float's ends at 308
_LAST_DAY = 2_958_465  # 9999-12-31
_NOT_SHOWN = "########"
_SECONDS = 86_400
BUILT_IN: dict[int, Form] = {
    **dict.fromkeys((9, 10), "percent"),
    **dict.fromkeys((14, 15, 16, 28, 29, 30, 31, 51, 53, 54, 58), "day"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "month"),
    22: "moment",
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), "time"),
}  # fmt: skip
_NO_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@lru_cache(maxsize=4096)
def form_of(code: str) -> Form:
    """Return what a format's code makes of a number."""
    plain = _NO_FORMAT.sub("", code).split(";")[0].lower().strip()
    if re.fullmatch("0{2,}", plain):
        return len(plain)
    if "general" in plain or re.search(r"e[+-]", plain):
        return "plain"
    clock = bool(re.search(r"[hs]", plain))
    if re.search(r"[yde]", plain):
        if clock:
            return "moment"
        return "month" if "m" in plain and "d" not in plain else "day"
    if clock:
        return "time"
    if "m" in plain:
        return "day"
    return "percent" if "%" in plain else "plain"


def forms_of(codes: Mapping[int, str], used: Iterable[int]) -> list[Form]:
    """Return what each style makes of a number, by the formats the styles use; `codes` are the workbook's own."""
    return [form_of(codes[number]) if number in codes else BUILT_IN.get(number, "plain") for number in used]


def shown_number(raw: str, form: Form, *, from_1904: bool = False) -> str | None:
    """Return a number as Excel shows it, with all the digits it keeps; None where it has more, so that some are lost.

    What is no number comes back as it is.
    """
    if form == "plain" and len(raw) <= DIGITS and raw.isdecimal():
        return raw
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite() or abs(number.adjusted()) > _FURTHEST:
        return raw
    if form in {"day", "month", "moment", "time"}:
        return _shown_date(number, str(form), from_1904=from_1904)
    if abs(number) >= _MOST:
        return None
    if form == "percent":
        return f"{_digits(number * 100)}%"
    text = _digits(number)
    return text.zfill(form) if isinstance(form, int) and text.isdecimal() else text


def _digits(number: Decimal) -> str:
    text = f"{_KEPT.plus(number).normalize():f}"
    return "0" if text == "-0" else text


def _shown_date(number: Decimal, form: str, *, from_1904: bool) -> str:
    seconds = int((number * _SECONDS).to_integral_value())
    days, second = divmod(seconds, _SECONDS)
    days += 1462 if from_1904 else 0
    if not 0 <= days <= _LAST_DAY:
        return _NOT_SHOWN
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    if form == "time":
        return clock if days == 0 else f"{_day(days)} {clock}"
    if form == "month":
        year, month = _day(days).split("-")[:2]
        return f"{year}年{int(month)}月"
    return f"{_day(days)} {clock}" if form == "moment" and second else _day(days)


def _day(days: int) -> str:
    """Return a day by its number; Excel's calendar has a day before 1900 and a 29th of February in it (3.17.4.1)."""
    if days in {0, 60}:
        return "1900-01-00" if days == 0 else "1900-02-29"
    return str(date(1899, 12, 30 if days > 60 else 31) + timedelta(days=days))
