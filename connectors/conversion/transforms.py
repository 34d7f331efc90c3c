"""What must be done to a column's cells before they are a field's: units, day first, words for nothing, codes. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import yaml

from connectors.conversion.dates import is_open_ended, read_date, read_until
from connectors.conversion.headings import money_unit_of, unit_of
from connectors.conversion.normalise import UNITS, code_table, read_flag, read_money, read_number
from connectors.conversion.shapes import Shape
from connectors.conversion.units import ratio
from connectors.model.datasets import Field
from connectors.model.mapping import Column

_IN_CELL = re.compile(r"元[整正]?\)?$")
_SHARE = re.compile(r"(?:率|比例|比重|占比|百分比)$")
_CLOSING = ("合计", "总计", "小计", "注:", "备注:", "说明:", "制表", "填表", "审核", "单位负责人")
_PLACEHOLDER = re.compile(r"0{6,}X?|X{6,}", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Doubt:
    """Something a person must decide: about which field and column, what speaks for it, and the line to write if so."""

    about: str
    column: str
    text: str
    line: str = ""


def column_of(name: str, of: Field, heading: str, shape: Shape, titles: Sequence[str]) -> tuple[Column, list[Doubt]]:
    """Return how a field is read from its column, and what is doubtful about that."""
    doubts: list[Doubt] = []
    unit = ""
    if of.type == "money":
        unit = _unit(name, of, heading, shape, titles, doubts)
    elif of.type == "number":
        unit = _unit_of_number(name, of, heading, shape, doubts)
    day_first = of.type in {"date", "until"} and shape.day_first is True
    if of.type in {"date", "until"} and shape.day_first is None:
        text = "日和月分不清（如 2/1/2024）either may come first: see whether any day is beyond 12"
        doubts.append(Doubt(name, heading, text, f"{name}: {{from: [{heading}], day_first: true}}"))
    codes = _codes(name, of, heading, shape, doubts) if of.type == "code" else {}
    nulls = _nulls(name, of, heading, shape, doubts, day_first=day_first)
    return Column(from_=[heading], unit=unit, codes=codes, nulls=nulls, day_first=day_first), doubts


def line_of(name: str, column: Column) -> str:
    """Return the line of a mapping that reads a field so."""
    return f"{name}: {flow(filled(column, Column()))}"


def filled(value: msgspec.Struct, empty: msgspec.Struct) -> dict[str, Any]:
    """Return the members that differ from their defaults."""
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return {name: member for name, member in plain.items() if member != msgspec.to_builtins(empty)[name]}


def flow(value: object) -> str:
    """Return a value as YAML on one line."""
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000).strip()


def footers_of(rows: Sequence[list[str]]) -> list[str]:
    """Return the words that the last rows begin with and no data does."""
    found = []
    for cells in rows:
        filled = [cell.strip().replace("：", ":") for cell in cells if cell.strip()]
        if filled and len(filled) <= max(2, len(cells) // 2):
            found += [word for word in _CLOSING if filled[0].startswith(word)]
    return list(dict.fromkeys(found))


def placeholders_of(shape: Shape) -> list[str]:
    """Return the codes that stand for none: nothing but zeros."""
    return [cell for cell, times in shape.filled.most_common() if times > 1 and _PLACEHOLDER.fullmatch(cell)]


def rounded_of(shape: Shape) -> int:
    """Return how many codes a spreadsheet has turned into numbers like 9.11E+17."""
    return sum(times for cell, times in shape.filled.items() if _ROUNDED.fullmatch(cell))


def _unit(name: str, of: Field, heading: str, shape: Shape, titles: Sequence[str], doubts: list[Doubt]) -> str:
    said = unit_of(heading) if unit_of(heading) in UNITS else money_unit_of(titles)
    if not said and shape.total and all(_IN_CELL.search(cell) for cell in shape.filled):
        return ""
    if not said:
        text = f"没有注明单位，按{of.unit}计 no unit is named: taken as {of.unit}"
        doubts.append(Doubt(name, heading, text, f"{name}: {{from: [{heading}], unit: {of.unit}}}"))
    return said if said not in {"", of.unit} else ""


def _unit_of_number(name: str, of: Field, heading: str, shape: Shape, doubts: list[Doubt]) -> str:
    said = unit_of(heading)
    if said and (scale := ratio(said, of.unit)) is not None:
        return said if scale != 1 else ""
    if not of.unit and _SHARE.search(of.zh) and shape.beyond_one:
        text = "没有 % 号却大于 1，是百分数吗？ beyond 1 without a sign: per cent?"
        doubts.append(Doubt(name, heading, text, f'{name}: {{from: [{heading}], unit: "%"}}'))
    return ""


def _codes(name: str, of: Field, heading: str, shape: Shape, doubts: list[Doubt]) -> dict[str, str]:
    known, found, unknown = code_table(of.codes, {}), {}, []
    for word in shape.words:
        if word in known:
            continue
        near = [code for code, standard in of.codes.items() if standard and (standard in word or word in standard)]
        if len(near) == 1:
            found[word] = near[0]
        else:
            unknown.append(word)
    if unknown:
        text = f"这些词没有对应的代码 words without a code: {'、'.join(unknown[:8])}"
        doubts.append(Doubt(name, heading, text, f"codes: {{{unknown[0]}: …}}"))
    return found


def _nulls(name: str, of: Field, heading: str, shape: Shape, doubts: list[Doubt], *, day_first: bool) -> list[str]:
    readers: dict[str, Callable[[str], object]] = {
        "date": partial(read_date, day_first=day_first),
        "until": partial(read_until, day_first=day_first),
        "money": partial(read_money, unit=of.unit or "元"),
        "number": partial(read_number, unit=of.unit, into=of.unit),
        "flag": read_flag,
    }
    if of.type not in readers:
        return []
    read = readers[of.type]
    unreadable = shape.unreadable(read)
    if of.type == "until":  # "for ever" is no value, and is read nevertheless
        others = shape.unreadable(partial(read_date, day_first=day_first))
        unreadable = Counter({cell: times for cell, times in others.items() if not is_open_ended(cell)})
    often = [word for word in shape.words_for_nothing() if word in unreadable]
    if often:
        text = f"{'、'.join(often)} 当作空 are taken for nothing"
        doubts.append(Doubt(name, heading, text))
    return often
