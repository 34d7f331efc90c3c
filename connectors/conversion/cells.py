"""What every reader of cells shares: the words that stand for nothing, and how a refusal is said. Pure."""

import re
from dataclasses import dataclass

from connectors.conversion.identifiers import is_citizen, is_uscc

NULLS = frozenset({"", "/", "\\", "-", "--", "—", "NULL", "null", "N/A", "NA", "None", "无", "暂无", "空"})
HIDDEN = "〔证件号已隐去〕"
# Recognised by the birth date alone: a citizen number with a wrong check digit still belongs to a person. Right after a
# letter it may be part of a document's number: there the check digit decides.
_CITIZEN = re.compile(
    r"(?<![0-9])[1-8]\d{5} ?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dXx](?![0-9A-Za-z])"
)
_HAS_WIDE = re.compile("[０-９]")
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {ord("Ｘ"): "X", ord("ｘ"): "x", 0x3000: " "}


@dataclass(frozen=True)
class Reason:
    """Why a row was refused: a stable code, the column and value as they came, and the sentence in both languages."""

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
    """Take citizen numbers (GB 11643) out of free text, also in full-width digits and with blanks between the parts."""
    plain = narrow(value)
    masked = _CITIZEN.sub(lambda found: found[0] if _is_code(found) else HIDDEN, plain)
    return value if masked == plain else masked


def narrow(value: str) -> str:
    """Return text with full-width digits as plain ones; every character keeps its place."""
    return value.translate(_WIDE) if _HAS_WIDE.search(value) else value


def _is_code(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - 1) : found.start()]
    return is_uscc(found[0]) or (before.isalpha() and before.isascii() and not is_citizen(found[0].upper()))


def shown(cell: str) -> str:
    """Return a cell as a reason quotes it: short, and without citizen numbers."""
    return without_citizens(cell)[:200]
