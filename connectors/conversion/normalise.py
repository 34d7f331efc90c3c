"""Cells into values: text, dates, money with its unit, codes and lists. Pure; a reader raises CellError with a reason.

Values are JSON without floats: dates "YYYY-MM-DD", money a decimal string in the field's declared unit.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from connectors.conversion.cells import (
    HIDDEN,
    NULLS,
    CellError,
    refuse_errors,
    refuse_examples,
    refuse_spoilt,
    without_citizens,
)
from connectors.conversion.figures import FIGURES, IN_WORDS, SIGN_OF_YUAN, decimal_string, figure, plain_cell
from connectors.conversion.free_text import without_contacts
from connectors.conversion.numerals import NUMERALS, read_numerals
from connectors.conversion.units import ratio
from connectors.model.folding import visible

LONGEST_TEXT = 20_000
UNITS = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
_SCALES = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_CURRENCIES = {
    "人民币": "CNY", "美元": "USD", "欧元": "EUR", "港元": "HKD", "香港元": "HKD", "港币": "HKD", "日元": "JPY",
}  # fmt: skip
# Named beside an amount in a column of their own, never within one: there 元 is the yuan.
_NAMED_CURRENCIES = _CURRENCIES | {
    "人民币元": "CNY", "元": "CNY", "英镑": "GBP", "澳元": "AUD", "澳大利亚元": "AUD", "加元": "CAD",
    "加拿大元": "CAD", "新加坡元": "SGD", "新元": "SGD", "瑞士法郎": "CHF", "韩元": "KRW", "韩国元": "KRW",
    "新西兰元": "NZD", "新台币": "TWD", "台币": "TWD", "澳门元": "MOP", "卢布": "RUB", "俄罗斯卢布": "RUB",
    "泰铢": "THB", "林吉特": "MYR", "马来西亚林吉特": "MYR", "瑞典克朗": "SEK", "丹麦克朗": "DKK", "挪威克朗": "NOK",
}  # fmt: skip
_CURRENCY_CODES = {**{code: code for code in _NAMED_CURRENCIES.values()}, "RMB": "CNY"}
_MONEY = re.compile(
    rf"{SIGN_OF_YUAN}({FIGURES})\s*\(?(万|亿)?(元)?(人民币|美元|欧元|香港元|港元|港币|日元)?元?[整正]?\)?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(rf"{SIGN_OF_YUAN}([{NUMERALS}]+)[元圆]零?(?:([{NUMERALS}])角)?零?(?:([{NUMERALS}])分)?[整正]?")
_MIXED = re.compile(r"(?:\d[亿万千百十])+\d?[元圆][整正]?")  # 3万5千元
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_AMOUNT = rf"({FIGURES}|{IN_WORDS})\s*(万)?"
_TOTAL = re.compile(rf"[共合]计(?:处罚|处|罚款)?(?:人民币)?{_AMOUNT}元(?:的?罚款|[。;,]|$)")
_FINE = re.compile(
    rf"罚款(?:金额)?(?:人民币)?\s*{_AMOUNT}元?|处(?:以)?(?:人民币)?\s*{_AMOUNT}元(?:人民币)?(?:整)?的?罚款"
)
_NUMBER = re.compile(rf"(-?)({FIGURES}|{IN_WORDS})\s*\(?([^\d\s(),.]{{0,6}})\)?")
_FLAGS = {
    **dict.fromkeys(("是", "有", "真", "1", "Y", "YES", "TRUE", "T", "√"), True),
    **dict.fromkeys(("否", "没有", "假", "0", "N", "NO", "FALSE", "F", "×"), False),
}
_NO_NUMBER = "不是数字 not a number"
_KEY_PERSONAL = "主键中有身份证号，请改用不含证件号的文书号或编号 the key holds a citizen number: use one without"


def read_text(cell: str) -> str | None:
    """Return text as `read_key_text` does, without telephone numbers, e-mail addresses and bank cards."""
    value = read_key_text(cell)
    return without_contacts(value) if value else value


def read_key_text(cell: str) -> str | None:
    """Return text without surrounding blanks, control characters and citizen numbers; None for the usual nulls."""
    value = _printable(cell)
    return without_citizens(value) if value and len(value) >= 18 else value


def read_bounded(cell: str) -> str | None:
    """Return text without surrounding blanks; None for the usual nulls. Raises CellError for what is no value."""
    value = cell.strip()
    if value in NULLS:
        return None
    refuse_errors(value)
    refuse_examples(value)
    if len(value) > LONGEST_TEXT:
        raise CellError("text_too_long", f"超过 {LONGEST_TEXT} 个字符 longer than {LONGEST_TEXT} characters")
    return value


def _printable(cell: str) -> str | None:
    value = read_bounded(cell)
    if value is None:
        return None
    return value if value.isprintable() else "".join(c if c.isprintable() else " " for c in value)


def read_key(cell: str) -> str | None:
    """Return text as `read_key_text` does. Raises CellError for a citizen number: masked, two would become one."""
    value = read_key_text(cell)
    return _as_key(cell, value) if value else value


def read_document(cell: str, *, keyed: bool = False) -> str | None:
    """Return the number of a document as it is spelled. Raises CellError where a spreadsheet has spoilt it.

    A number with a day in it is no citizen number here; one that stands among other words and can be nothing else is.
    """
    value = _printable(cell)
    if not value:
        return value
    refuse_spoilt(value)
    if len(value) > 18:
        value = without_citizens(value, surely=True)
    return _as_key(cell, value) if keyed else value


def _as_key(cell: str, value: str) -> str:
    refuse_spoilt(value)
    if HIDDEN in value and HIDDEN not in cell:
        raise CellError("key_personal", _KEY_PERSONAL)
    return value


@lru_cache(maxsize=100_000)
def read_money(cell: str, unit: str, into: str = "", *, foreign: bool = False) -> str | None:
    """Return a decimal string in `into` (else `unit`); a unit written in the cell wins over `unit`, the column's.

    Amounts in words (壹仟贰佰元伍角整) say their unit themselves. A currency other than the yuan is read where another
    field tells which it is (`foreign`).
    """
    value = plain_cell(cell)
    if value is None:
        return None
    if value.startswith("-"):
        raise CellError("money_negative", "金额不能为负 an amount cannot be negative")
    found = _MONEY.fullmatch(value)
    if not found:
        yuan = _yuan_in_words(value)
        if yuan is None:
            text = f"不是金额，应为以{unit}计的数字 not an amount: write a number in {unit}"
            raise CellError("money_unreadable", text)
        return decimal_string(yuan, 1 / UNITS[into or unit])
    if found[4] and _CURRENCIES[found[4]] != "CNY" and not foreign:
        raise CellError("money_foreign", f"{found[4]}：此目录只收人民币金额，请折算 convert it: yuan only")
    scale = _SCALES[found[2] or ""] if found[2] or found[3] else UNITS[unit]
    return decimal_string(found[1].replace(",", ""), scale / UNITS[into or unit])


def _yuan_in_words(value: str) -> str | None:
    """Return the yuan that an amount in words stands for, as digits; None where it is none."""
    found = _IN_WORDS.fullmatch(value.translate(_DIGITS) if _MIXED.fullmatch(value) else value)
    parts = [read_numerals(part) if part else 0 for part in found.groups()] if found else [None]
    yuan, jiao, fen = (*parts, None, None)[:3]
    if yuan is None or jiao is None or fen is None or max(jiao, fen) > 9:
        return None
    return f"{yuan}.{jiao}{fen}"


def find_fine(text: str, unit: str) -> str | None:
    """Return the fine named inside a sentence, in figures or in words, where the amount's own column is empty.

    A total (共计) counts alone. None where the sentence names none, or several that differ: a person decides.
    """
    plain = unicodedata.normalize("NFKC", text)
    totals = [(found[1], found[2]) for found in _TOTAL.finditer(plain)] if "罚" in plain else []
    fines = totals or [(found[1] or found[3], found[2] or found[4]) for found in _FINE.finditer(plain)]
    read = {_fine(digits, scale or "", unit) for digits, scale in fines} - {None}
    return read.pop() if len(read) == 1 else None


def _fine(digits: str, scale: str, unit: str) -> str | None:
    number = figure(digits)
    return None if number is None else decimal_string(number, _SCALES[scale] / UNITS[unit])


def read_currency(cell: str) -> str | None:
    """Return the currency (ISO 4217) a capital is written in; CNY where none is named."""
    value = unicodedata.normalize("NFKC", visible(cell)).strip()
    if value in NULLS:
        return None
    if named := _NAMED_CURRENCIES.get(value) or _CURRENCY_CODES.get(value.upper()):
        return named
    found = _MONEY.fullmatch(value)
    return _CURRENCIES[found[4]] if found and found[4] else "CNY"


def read_list(cell: str) -> list[str] | None:
    """Return the members of a cell that joins several with semicolons."""
    value = read_text(cell)
    return [part.strip() for part in re.split("[;；]", value) if part.strip()] if value else None


def read_code(cell: str, codes: Mapping[str, str], otherwise: str = "") -> str | None:
    """Return the standard code of an agency's word; of one without a code `otherwise`, where there is such a code."""
    value = cell.strip()
    if value in NULLS:
        return None
    if value not in codes:
        if otherwise:
            refuse_errors(value)
            refuse_examples(value)
            return otherwise
        raise CellError("code_unknown", f"不在代码表中 not among the codes: {'、'.join(list(codes)[:8])}")
    return codes[value]


@lru_cache(maxsize=100_000)
def read_number(cell: str, unit: str = "", into: str = "") -> str | None:
    """Return a decimal string in `into`; a unit in the cell wins over `unit`, the column's. 12% of no unit is 0.12."""
    value = plain_cell(cell)
    if value is None:
        return None
    found = _NUMBER.fullmatch(value)
    digits = figure(found[2]) if found else None
    if not found or digits is None:
        raise CellError("number_unreadable", _NO_NUMBER)
    scale = ratio(found[3] or unit or into, into)
    if scale is None:
        named = unit or into
        text = f"不是以{named}计的数字 not a number in {named}" if named else _NO_NUMBER
        raise CellError("number_unreadable", text)
    plain = decimal_string(digits, scale)
    return plain if plain == "0" else found[1] + plain


def read_flag(cell: str) -> bool | None:
    """Return yes or no."""
    value = cell.strip()
    if value in NULLS:
        return None
    if value.upper() not in _FLAGS:
        raise CellError("flag_unreadable", "应为 是 或 否 write 是 (yes) or 否 (no)")
    return _FLAGS[value.upper()]


def code_table(standard: Mapping[str, str], source: Mapping[str, str]) -> dict[str, str]:
    """Return what a cell may say and the code it stands for: the source's words, the standard's words and codes."""
    return {**{code: code for code in standard}, **{word: code for code, word in standard.items()}, **source}
