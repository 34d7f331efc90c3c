"""Cells into values: text, dates, money with its unit, codes and lists. Pure; a reader raises CellError with a reason.

Values are JSON without floats: dates "YYYY-MM-DD", money a decimal string in the field's declared unit.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from connectors.identifiers import is_uscc

LONGEST_TEXT = 20_000
NULLS = frozenset({"", "/", "\\", "-", "--", "—", "NULL", "null", "N/A", "NA", "None", "无", "暂无", "空"})
NO_END = frozenset({"2099-12-31", "9999-12-31", "2999-12-31"})  # "for ever", as agencies write it
_UNITS = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
_SCALES = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_CURRENCIES = {
    "人民币": "CNY", "美元": "USD", "欧元": "EUR", "港元": "HKD", "香港元": "HKD", "港币": "HKD", "日元": "JPY",
}  # fmt: skip
# Told by its birth date alone: a number with a slip in its check digit is a person's all the same.
_CITIZEN = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?")
_PLAIN_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets keep dates
_MONEY = re.compile(
    r"(?:人民币|¥|￥)?([\d,]+(?:\.\d+)?|\.\d+)\s*\(?(万|亿)?(元)?(人民币|美元|欧元|香港元|港元|港币|日元)?元?\)?"
)
_FINE = re.compile(r"罚款(?:人民币)?\s*([\d,]+(?:\.\d+)?)\s*(万)?元?")


@dataclass(frozen=True)
class Reason:
    """Why a row was refused: a stable code, the column and the value as it came, and the sentence in Chinese."""

    code: str
    column: str
    value: str
    text: str


class CellError(Exception):
    """The cell holds nothing of the field's type; `code` and `text` say why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def without_citizens(value: str) -> str:
    """Take citizen numbers (GB 11643) out of free text."""
    return _CITIZEN.sub(lambda found: found[0] if is_uscc(found[0]) else "〔证件号已隐去〕", value)


def shown(cell: str) -> str:
    """Return a cell as a reason quotes it: short, and without citizen numbers."""
    return without_citizens(cell)[:200]


def read_text(cell: str) -> str | None:
    """Return text without surrounding blanks, control characters and citizen numbers; None for the usual nulls."""
    value = cell.strip()
    if value in NULLS:
        return None
    if len(value) > LONGEST_TEXT:
        raise CellError("text_too_long", f"超过 {LONGEST_TEXT} 个字符")
    if not value.isprintable():
        value = "".join(c if c.isprintable() else " " for c in value)
    return without_citizens(value) if len(value) >= 18 else value


@lru_cache(maxsize=100_000)
def read_date(cell: str) -> str | None:
    """Return an ISO date; reads 2020-01-02, 2020/1/2, 2020.1.2, 20200102, 2020年1月2日, with a time, and serials."""
    value = unicodedata.normalize("NFKC", cell).strip()
    if value in NULLS:
        return None
    if found := _DATE.fullmatch(value) or _PLAIN_DATE.fullmatch(value):
        try:
            read = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError as fault:
            raise CellError("date_impossible", "没有这一天") from fault
    elif found := _SERIAL.fullmatch(value):
        read = date(1899, 12, 30) + timedelta(days=int(found[1]))
    else:
        raise CellError("date_unreadable", "不是日期，应为 2024-01-31")
    if read.year < 1900:
        raise CellError("date_impossible", "早于 1900 年")
    return read.isoformat()


def read_until(cell: str) -> str | None:
    """Return an ISO date, None for the sentinels that mean "for ever"."""
    value = read_date(cell)
    return None if value in NO_END else value


@lru_cache(maxsize=100_000)
def read_money(cell: str, unit: str) -> str | None:
    """Return a decimal string in `unit`; a unit written in the cell wins over the declared one."""
    value = unicodedata.normalize("NFKC", cell).strip()
    if value in NULLS:
        return None
    if value.startswith("-"):
        raise CellError("money_negative", "金额不能为负")
    found = _MONEY.fullmatch(value)
    if not found:
        raise CellError("money_unreadable", f"不是金额，应为以{unit}计的数字")
    scale = _SCALES[found[2] or ""] if found[2] or found[3] else _UNITS[unit]
    return _decimal(found[1], scale / _UNITS[unit])


def find_fine(text: str, unit: str) -> str | None:
    """Return the fine named inside a sentence, where an agency leaves the amount's own column empty."""
    found = _FINE.search(unicodedata.normalize("NFKC", text))
    return _decimal(found[1], _SCALES[found[2] or ""] / _UNITS[unit]) if found else None


def read_currency(cell: str) -> str | None:
    """Return the currency (ISO 4217) a capital is written in; CNY where none is named."""
    value = unicodedata.normalize("NFKC", cell).strip()
    if value in NULLS:
        return None
    found = _MONEY.fullmatch(value)
    return _CURRENCIES[found[4]] if found and found[4] else "CNY"


def read_list(cell: str) -> list[str] | None:
    """Return the members of a cell that joins several with semicolons."""
    value = read_text(cell)
    return [part.strip() for part in re.split("[;；]", value) if part.strip()] if value else None


def read_code(cell: str, codes: Mapping[str, str]) -> str | None:
    """Return the standard code of an agency's word."""
    value = cell.strip()
    if value in NULLS:
        return None
    if value not in codes:
        raise CellError("code_unknown", f"不在代码表中：{'、'.join(list(codes)[:8])}")
    return codes[value]


def _decimal(digits: str, scale: Decimal) -> str:
    try:
        amount = Decimal(digits.replace(",", "")) * scale
    except InvalidOperation as fault:
        raise CellError("money_unreadable", "不是金额") from fault
    if amount >= Decimal(10) ** 15:
        raise CellError("money_too_large", "金额过大，请核对单位")
    plain = f"{amount.quantize(Decimal('0.000001')):f}"
    return plain.rstrip("0").rstrip(".") or "0"
