"""What the form of a catalogue file does not show: names without a field, units that do not fit, patterns. Pure."""

import re
from collections.abc import Iterable, Iterator

from connectors.datasets import Dataset, Field
from connectors.mapping import Column
from connectors.normalise import UNITS
from connectors.units import ratio

Path = tuple[str, ...]


def faults(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    """Yield where in a dataset something is wrong, and what."""
    yield from _unknown_names(dataset)
    for name, of in dataset.fields.items():
        if text := _fault_of_field(of):
            yield ("fields", name), text
    for at, mapping in enumerate(dataset.mappings):
        for name, column in mapping.fields.items():
            yield from (
                (("mappings", str(at), "fields", name, *part), text) for part, text in _of(column, dataset, name)
            )


def _unknown_names(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    named: list[tuple[Path, Iterable[str | None]]] = [
        (("key",), dataset.key),
        (("event_date",), [dataset.event_date]),
        (("disclosure",), [dataset.disclosure.field]),
        *((("mappings", str(at), "fields"), mapping.fields) for at, mapping in enumerate(dataset.mappings)),
    ]
    for where, names in named:
        if unknown := {name for name in names if name} - set(dataset.fields) - {"party"}:
            yield where, f"没有字段 no such field: {', '.join(sorted(unknown))}"


def _fault_of_field(of: Field) -> str | None:
    if of.type == "money" and of.unit not in UNITS:
        return f"金额的 unit 应为 the unit of money is one of: {'、'.join(UNITS)}"
    if of.type == "code" and not of.codes:
        return "代码须有 codes a code needs its codes"
    return None


def _of(column: Column, dataset: Dataset, name: str) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with how a field is read."""
    if column.extract and (text := _fault_of_pattern(column.extract)):
        yield ("extract",), text
    of = dataset.fields.get(name)
    if of is None or not column.unit:
        return
    if of.type == "money" and column.unit not in UNITS:
        yield ("unit",), f"金额的 unit 应为 the unit of money is one of: {'、'.join(UNITS)}"
    elif of.type == "number" and ratio(column.unit, of.unit) is None:
        yield ("unit",), f"{column.unit} 不能换算为 cannot be turned into {of.unit or '1'}"
    elif of.type not in {"money", "number"}:
        yield ("unit",), f"{of.type} 没有单位 only money and numbers have a unit"


def _fault_of_pattern(pattern: str) -> str | None:
    try:
        groups = re.compile(pattern).groups
    except re.error as fault:
        return f"不是正则表达式 no regular expression: {fault}"
    return None if groups == 1 else "应恰有一个括号组 exactly one group is wanted"
