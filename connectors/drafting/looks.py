"""What the cells below a heading are that says nothing: dates, amounts, codes, names. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.conversion.shapes import Shape
from connectors.model.mapping import place_name

_MOSTLY, _LEAST = 0.8, 0.6
_NUMBERED = re.compile(r".*[〔\[(]\d{4}[〕\])].*\d+\s*号?|.*\d+号")
_LONGEST_AMOUNT = 11  # digits: telephone numbers and numbers of papers are longer than most amounts
_SAYS_NOTHING = re.compile(
    r"(?:第?(?:列|栏|字段|column|col|field|unnamed|未命名|f|c|v|x)?[\s:_-]*(?:\d+|[一二三四五六七八九十]+)?[列栏]?"
    r"|(?!id$|no$)[a-z]{1,2}|第[a-z]{1,2}列|[?*\-_.]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Look:
    """What most cells of a column are, in Chinese and in English, and how many of them, as a share."""

    kind: str
    zh: str
    share: float

    @property
    def words(self) -> str:
        """It in both languages, with its share."""
        return f"{self.zh} {self.kind} {self.share:.0%}"


def look_of(shape: Shape) -> Look | None:
    """Return what the cells of a column are; None where they are empty, mere text, or count the rows."""
    if not shape.total or _counts(shape):
        return None
    looks = (
        (shape.keyed + shape.hidden, _LEAST, "codes", "企业代码"),
        (shape.dates, _MOSTLY, "dates", "日期"),
        (shape.names, _LEAST, "names", "单位名称"),
        (_share(shape, _NUMBERED), _MOSTLY, "document numbers", "文号"),
        (0.0 if _are_long(shape) else shape.money, _MOSTLY, "amounts or numbers", "金额或数字"),
    )
    return next((Look(kind, zh, share) for share, least, kind, zh in looks if share >= least), None)


def says_nothing(heading: str) -> bool:
    """Tell whether a heading only numbers its column (列1, A, Column3, 未命名) or is not there."""
    return bool(_SAYS_NOTHING.fullmatch(unicodedata.normalize("NFKC", heading).strip()))


def told(headings: Sequence[str], shapes: Sequence[Shape]) -> str:
    """Return in words what the columns are whose headings say nothing; "" where there is none."""
    seen = [
        f"{heading or place_name(place)} {look.words}"
        for place, (heading, shape) in enumerate(zip(headings, shapes, strict=True))
        if says_nothing(heading) and (look := look_of(shape))
    ]
    return "、".join(seen)


def _counts(shape: Shape) -> bool:
    """Tell whether the cells are 1, 2, 3 …: they number the rows."""
    cells = [cell.strip() for cell in shape.cells if cell.strip()]
    return len(cells) > 1 and cells == [str(number) for number in range(1, len(cells) + 1)]


def _are_long(shape: Shape) -> bool:
    return all(cell.isdecimal() and len(cell) >= _LONGEST_AMOUNT for cell in shape.filled)


def _share(shape: Shape, pattern: re.Pattern[str]) -> float:
    matched = (times for cell, times in shape.filled.items() if pattern.fullmatch(unicodedata.normalize("NFKC", cell)))
    return sum(matched) / shape.total
