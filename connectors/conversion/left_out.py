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
_ROLE = (
    "(?:填表|填报|填写|制表|审核|复核|审批|经办|报送|上报|统计|录入|打印|导出|操作|联系|负责|分管|主管"
    "|单位负责|部门负责|科室负责)"
)
_BODY = "(?:单位|部门|科室|机关|机构|领导)"  # nothing without a seal: 单位：… may name a party
_KIND = "(?:人|人员|员|单位|部门|机关|机构|日期|时间|电话|领导|负责人)?"
_SEAL = r"(?:\(?(?:签字|签名|签章|盖章|公章|印章)\)?)"
_DAY = (
    r"\d{4}[年./-]\d{1,2}[月./-]?(?:\d{1,2}日?)?"
    "|[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?"
)
_SIGNED = re.compile(
    rf"{_ROLE}{_KIND}{_SEAL}?:.*|(?:{_ROLE}{_KIND}|{_BODY})?{_SEAL}(?::.*)?"
    r"|(?:填表|填报|制表|审核|复核|经办)人?|(?:填表|填报|制表)(?:单位|部门|说明)"
    rf"|(?:填表|填报|制表|打印|导出|统计|报送|上报|报表)(?:日期|时间):?(?:{_DAY}.*)?"
    rf"|(?:数据)?截[至止](?:日期|时间)?:?(?:{_DAY}).*"
    r"|第[\d一二三四五六七八九十]+页(?:[,，、/]?共[\d一二三四五六七八九十]+页)?(?:(?:打印|导出|制表).*)?|[Pp]age\d+(?:of\d+)?"
    r"|\(?以下(?:空白|为空|无正文|无数据|无内容)\)?"
    r"|(?:备?注|说明|附注|注释|数据来源|资料来源|统计口径|填表说明|填报说明)[\d一二三四五六七八九十]{0,2}:.*",
    re.DOTALL,
)
# What closes a sheet where nothing else stands in the row. A bare 2024-01-01 is data that lacks all the rest.
_ALONE = re.compile(
    rf"(?:日期|时间):?(?:{_DAY})|(?=.*年)(?:{_DAY})|[-—]+\d{{1,4}}[-—]+|单位:[^:]{{0,6}}元|说明|注", re.DOTALL
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
    called = _plain(cells[name]) if name < len(cells) else ""
    if called and (_is_total(called, declared) or _SIGNED.fullmatch(called)):
        return True
    last = _ALONE.fullmatch(called)
    if not last and any(map(str.isalpha, called)):
        return False
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return False
    first = _plain(filled[0])
    if last or len(filled) == 1:
        return len(filled) == 1 and (_is_total(first, declared) or _closes_alone(first))
    # A note stands alone; a row that fills most columns and lacks the name is data, and refused as such.
    few = 2 * len(filled) <= len(cells)
    return _is_total(first, declared) or (few and _SIGNED.fullmatch(first) is not None)


def _closes_alone(plain: str) -> bool:
    return (_SIGNED.fullmatch(plain) or _ALONE.fullmatch(plain)) is not None


def _is_total(plain: str, declared: tuple[str, ...]) -> bool:
    return bool(plain) and (plain.startswith(declared) or _TOTAL.fullmatch(plain) is not None)


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell[:_LONGEST_LOOKED_AT]).split())
