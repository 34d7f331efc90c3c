"""Rows that are no data: totals, signatures and notes that close a sheet, and the header once more. Pure.

A row with a sound enterprise code is data, whatever its name begins with.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

from connectors.conversion.binding import Binding
from connectors.conversion.party import PartyReader
from connectors.model.folding import heading_key
from connectors.model.mapping import Mapping

FOOTER: Final = "footer"
REPEATED_HEADER: Final = "repeated_header"
LeftOut = Literal["footer", "repeated_header"]
_LONGEST_LOOKED_AT = 200  # characters of a cell
_UNITS = "[家户条项人笔件个名宗起份例页行]"
_TOTAL = re.compile(
    rf"(?:本页|本表|本月|全市|全区)?(?:合计|总计|小计|共计|总合计|累计):?(?:[\d,.]+{_UNITS}?)?(?:\(?[万亿]?元\)?)?[。;]?"
    rf"|(?:以上)?共(?:计|有)?\d+{_UNITS}(?:企业|单位|公司|主体|记录|数据)?[,。;]?"
)
_SIGNED = re.compile(
    r"(?:填表|填报|制表|审核|复核|审批|经办|报送|统计|录入|联系|负责|分管|单位负责|部门负责)"
    r"(?:人|人员|员|单位|部门|机构|日期|时间|电话|领导)?(?:\((?:签字|签名|签章|盖章)\))?(?::.*)"
    r"|(?:填表|填报|制表|审核|复核|经办)人?"
    r"|(?:备?注|说明|附注|注释|数据来源|统计口径|填表说明|填报说明)[\d一二三四五六七八九十]{0,2}:.*",
    re.DOTALL,
)


class LeftOutReader:
    """Tells rows that are no data, under one delivery's header."""

    def __init__(self, binding: Binding, party: PartyReader) -> None:
        """Take a binding and its party's columns."""
        self._party, self._name = party, binding.names[0]
        self._declared = declared_footers(binding.mapping)
        self._headings = [heading_key(name) for name in binding.header]

    def kind_of(self, cells: Sequence[str]) -> LeftOut | None:
        """Return what a row is that is no data."""
        kind: LeftOut | None = None
        if closes(cells, self._name, self._declared):
            kind = FOOTER
        elif self._repeats(cells):
            kind = REPEATED_HEADER
        return kind if kind and not self._party.has_code(cells) else None

    def _repeats(self, cells: Sequence[str]) -> bool:
        """Tell the header once more: the party's heading in its own column, and headings in most others."""
        if self._name >= len(cells) or heading_key(cells[self._name]) != self._headings[self._name]:
            return False
        filled = [heading_key(cell) for cell in cells if cell.strip()]
        return 2 * sum(key in self._headings for key in filled) > len(filled)


def declared_footers(mapping: Mapping) -> tuple[str, ...]:
    """Return the beginnings of closing rows that a mapping declares, as cells are compared with them."""
    return tuple(_plain(word) for word in mapping.footers)


def closes(cells: Sequence[str], name: int, declared: tuple[str, ...]) -> bool:
    """Tell a closing row by its name's cell, or by its first one where no name stands beside it.

    `declared` are the beginnings that a mapping names besides the usual words.
    """
    called = cells[name] if name < len(cells) else ""
    if _is_total(called, declared) or _SIGNED.fullmatch(_plain(called)):
        return True
    filled = [cell for cell in cells if cell.strip()]
    if not filled or any(map(str.isalpha, called)):
        return False
    # A note stands alone; a row that fills most columns and lacks the name is data, and refused as such.
    alone = len(filled) == 1 or 2 * len(filled) <= len(cells)
    return _is_total(filled[0], declared) or (alone and _SIGNED.fullmatch(_plain(filled[0])) is not None)


def _is_total(cell: str, declared: tuple[str, ...]) -> bool:
    plain = _plain(cell)
    return bool(plain) and (plain.startswith(declared) or _TOTAL.fullmatch(plain) is not None)


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell[:_LONGEST_LOOKED_AT]).split())
