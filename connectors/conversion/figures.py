"""The one reader of numbers: figures, with commas or without, and Chinese numerals, as exact decimals. Pure."""

import re
import unicodedata
from decimal import Context, Decimal, InvalidOperation

from connectors.conversion.cells import NULLS, SPOILT, CellError, refuse_errors
from connectors.conversion.numerals import NUMERALS, read_numerals
from connectors.model.folding import visible

FIGURES = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
IN_WORDS = rf"[{NUMERALS}]+"
SIGN_OF_YUAN = r"(?:人民币|RMB|CNY|¥)?\s*"  # a full-width ￥ is ¥ in NFKC
LONGEST_FIGURE, MOST_DECIMALS = 60, 20
LARGEST = Decimal(10) ** 15
_EXACT = Context(prec=2 * LONGEST_FIGURE)
_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?E[+-]?\d+", re.IGNORECASE)
_MINUS = str.maketrans("−–", "--")


def plain_cell(cell: str) -> str | None:
    """Return a cell as numbers are read from it, None for nothing. Raises CellError for what a spreadsheet spoilt."""
    value = unicodedata.normalize("NFKC", visible(cell)).strip().translate(_MINUS)
    if value in NULLS:
        return None
    refuse_errors(value)
    if _EXPONENT.fullmatch(value):
        raise CellError("spreadsheet_notation", SPOILT)
    return value


def figure(text: str) -> str | None:
    """Return what figures or numerals stand for, as plain digits; None where they are no number."""
    if text[0] == "." or text[0].isdecimal():
        return text.replace(",", "")
    number = read_numerals(text)
    return None if number is None else str(number)


def decimal_string(digits: str, scale: Decimal) -> str:
    """Return digits times scale exactly, without trailing zeros. Raises CellError.

    Only where one unit is no finite number of the other (an 亩 is 666.66… ㎡) is the result rounded, to six places.
    """
    if len(digits) > LONGEST_FIGURE:
        raise CellError("number_too_precise", f"超过 {LONGEST_FIGURE} 位数字 more than {LONGEST_FIGURE} digits")
    try:
        amount = _EXACT.multiply(Decimal(digits), scale)
    except InvalidOperation as fault:
        raise CellError("money_unreadable", "不是金额 no amount") from fault
    if amount >= LARGEST:
        raise CellError("money_too_large", "金额过大，请核对单位 too large: is the unit right?")
    if len(scale.as_tuple().digits) > MOST_DECIMALS:
        amount = amount.quantize(Decimal("0.000001"))
    plain = f"{amount:f}"
    whole, point, decimals = plain.partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > MOST_DECIMALS:
        text = f"小数超过 {MOST_DECIMALS} 位，不作舍入 more than {MOST_DECIMALS} decimals, and nothing is rounded"
        raise CellError("number_too_precise", text)
    return f"{whole}{point}{decimals}" if decimals else whole


def plain_decimal(written: str) -> str:
    """Return a JSON number with an exponent (1.23456789E7) as plain digits; one beyond any amount stays as it is."""
    if "e" not in written and "E" not in written:
        return written
    try:
        number = Decimal(written)
    except InvalidOperation:  # an exponent of more digits than a decimal can hold
        return written
    return f"{number:f}" if -LONGEST_FIGURE < number.adjusted() < LONGEST_FIGURE else written
