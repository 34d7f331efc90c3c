"""What every reader of cells shares: the words that stand for nothing, what a spreadsheet has spoilt, and how a refusal
is said. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.conversion.identifiers import is_adults, is_citizen, is_uscc

NULLS = frozenset(
    (
        "", "/", "／", "\\", "＼", "-", "－", "--", "–", "—", "——",
        "NULL", "null", "N/A", "NA", "NONE", "None", "无", "暂无", "空",
    )
)  # fmt: skip
HIDDEN = "〔证件号已隐去〕"
# Recognised by the birth date: a citizen number with a wrong check digit still belongs to a person.
_CITIZEN = re.compile(
    r"(?<![0-9])[1-8]\d{5} ?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dXx](?![0-9A-Za-z])"
)
# What stands before the number of a document: 许可证号：, 〔2024〕.
_NUMBERED = re.compile(
    r"(?:(?:许可|执照|资格|资质|证书|合格|备案|登记|注册|批准|核准|合同|决定|文书|案件|项目|施工|预售|监督|批|文|案|编)"
    r"(?:证|书|表)?编?号码?\s*[:：为是]?|[〔【\[（(]\d{4}[〕】\]）)]\s*第?)\s*$"
)
_HAS_WIDE = re.compile("[０-９]")
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {ord("Ｘ"): "X", ord("ｘ"): "x", 0x3000: " "}
_ERROR = re.compile(
    r"#(?:N/?A|REF!?|VALUE!?|DIV/0!?|NAME\??|NULL!?|NUM!?|SPILL!?|CALC!?|GETTING_DATA|#+)", re.IGNORECASE
)
_NOTATION = re.compile(r"[+-]?\d(?:\.\d+)?E\+\d{1,3}|[+-]?\d\.\d+E-?\d{1,3}", re.IGNORECASE)
ERROR = (
    "这是表格软件的错误值，请改正公式或加宽列后重新导出 "
    "an error of the spreadsheet: mend the formula, or widen the column, and export anew"
)
SPOILT = (
    "表格软件（Excel）把长数字变成了科学计数法，原来的数字已经丢失；请把这一列设为“文本”格式，重新填写后再导出 "
    "a spreadsheet (Excel) has turned a long number into scientific notation and lost its digits: "
    "format the column as text, enter the numbers again and export anew"
)

# Ends whatever words the example row of a form holds. No plain cell has such a sign (connectors/conversion/columns.py),
# so that each goes to its reader.
EXAMPLE_MARK = "※示例"
EXAMPLE = (
    "这是表格模板中的示例：示例行请删除，用作数据的请改成实际内容 "
    "an example of the form: delete its row, or write what is true in its place"
)


@dataclass(frozen=True)
class Reason:
    """Why a row was refused: a stable code, the column and value as they came, and the sentence in both languages."""

    code: str
    column: str
    value: str
    text: str


Faults = Mapping[int, Reason]  # the cells of one row that cannot be used as they stand, by their place


class CellError(Exception):
    """The cell holds nothing of the field's type; `code` and `text` say why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def is_error(value: str) -> bool:
    """Tell whether this is what a spreadsheet shows where a formula failed, or a column is too narrow."""
    return value.startswith("#") and _ERROR.fullmatch(value) is not None


def refuse_errors(value: str) -> None:
    """Raise CellError for an error of the spreadsheet."""
    if is_error(value):
        raise CellError("spreadsheet_error", ERROR)


def refuse_examples(value: str) -> None:
    """Raise CellError for what stands in the example row of a dataset's form."""
    if value.endswith(EXAMPLE_MARK):
        raise CellError("example_row", EXAMPLE)


def is_spoilt(value: str) -> bool:
    """Tell whether a spreadsheet has written a number in scientific notation (2.02E+17): its digits are lost."""
    return "E" in value.upper() and _NOTATION.fullmatch(value) is not None


def refuse_spoilt(value: str) -> None:
    """Raise CellError for a number in scientific notation."""
    if is_spoilt(value):
        raise CellError("spreadsheet_notation", SPOILT)


def without_citizens(value: str, *, surely: bool = False) -> str:
    """Take citizen numbers (GB 11643) out of free text, also in full-width digits and with blanks between the parts.

    `surely`: only those of grown-ups with a sound check digit, as in what is declared to be a document's number.
    """
    plain = narrow(value)
    masked = _CITIZEN.sub(lambda found: HIDDEN if _is_persons(found, surely=surely) else found[0], plain)
    return value if masked == plain else masked


def narrow(value: str) -> str:
    """Return text with full-width digits as plain ones; every character keeps its place."""
    return value.translate(_WIDE) if _HAS_WIDE.search(value) else value


def _is_persons(found: re.Match[str], *, surely: bool) -> bool:
    """Tell a citizen number from a document's with a day in it: by check digit, birth date and what stands before."""
    number, before = found[0].replace(" ", "").upper(), found.string[max(0, found.start() - 16) : found.start()]
    if is_uscc(found[0]):
        return False
    sound, grown = is_citizen(number), is_adults(number)
    if sound and grown:
        return True
    if surely or _NUMBERED.search(before):
        return False
    lettered = before[-1:].isascii() and before[-1:].isalpha()
    return sound or (grown and not lettered)


def shown(cell: str) -> str:
    """Return a cell as a reason quotes it: short, and without citizen numbers."""
    return without_citizens(cell)[:200]
