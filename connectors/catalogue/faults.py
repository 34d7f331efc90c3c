"""What the form of a catalogue file does not show: names without a field, units that do not fit, patterns. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from connectors.catalogue.form_faults import nearest
from connectors.catalogue.source_faults import faults_of_columns, faults_of_source, told_codes
from connectors.conversion.extracting import fault_of_pattern
from connectors.conversion.headings import unit_of
from connectors.conversion.normalise import UNITS
from connectors.conversion.units import ratio
from connectors.model.datasets import Dataset, Field
from connectors.model.mapping import Column

Path = tuple[str, ...]


def faults(dataset: Dataset, *, patterns: bool = True) -> Iterator[tuple[Path, str]]:
    """Yield where in a dataset something is wrong, and what; without `patterns`, those are left out."""
    yield from _unknown_names(dataset)
    yield from _wrong_members(dataset)
    for name, of in dataset.fields.items():
        if text := _fault_of_field(of):
            yield ("fields", name), text
    for at, mapping in enumerate(dataset.mappings):
        yield from ((("mappings", str(at), *part), text) for part, text in faults_of_columns(mapping))
        for name, column in mapping.fields.items():
            if patterns and column.extract and (text := fault_of_pattern(column.extract)):
                yield ("mappings", str(at), "fields", name, "extract"), text
            yield from (
                (("mappings", str(at), "fields", name, *part), text) for part, text in _of(column, dataset, name)
            )


def _unknown_names(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    named: list[tuple[Path, Iterable[str | None]]] = [
        (("key",), dataset.key),
        (("event_date",), [dataset.event_date]),
        (("disclosure",), [dataset.disclosure.field]),
        (("unpack",), [dataset.unpack.kind, dataset.unpack.payload] if dataset.unpack else []),
    ]
    for at, mapping in enumerate(dataset.mappings):
        named += [(("mappings", str(at), "fields", name), [name]) for name in mapping.fields]
    known = {name: of.zh for name, of in dataset.fields.items()}
    for where, names in named:
        for name in names:
            if name and name not in known and name != "party":
                yield where, f"没有字段 no such field: {name}{nearest(name, known)}"


def _wrong_members(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    if dataset.freshness_days < 1 or dataset.retention_years < 1:
        yield ("freshness_days",), "天数与年数至少为 1 days and years are at least 1"
    if not 0 <= dataset.most_ended_percent <= 100:
        yield ("most_ended_percent",), "百分数为 0 到 100 a percentage is 0 to 100"
    if dataset.event_date and dataset.fields[dataset.event_date].type not in {"date", "until"}:
        yield ("event_date",), f"{dataset.event_date} 不是日期 is no date"
    yield from _wrong_list(dataset)
    yield from _wrong_unpacking(dataset)
    if again := _twice(mapping.id for mapping in dataset.mappings):
        yield ("mappings",), f"编号重复 stands twice: {again}"
    if again := _twice(field.zh for field in dataset.fields.values()):
        yield ("fields",), f"字段中文名重复 two fields are called {again}"


def _wrong_list(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    """Yield what keeps lists by year from being told apart: each year's records have keys of their own."""
    if dataset.list_per is None:
        return
    if dataset.delivery != "full_list":
        yield ("list_per",), "只用于 full_list it is of full lists alone"
    if dataset.event_date not in dataset.key or not dataset.fields[dataset.event_date].required:
        yield ("list_per",), "event_date 应在 key 中且必填 event_date is required, and a part of the key"


def _wrong_unpacking(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    if (unpack := dataset.unpack) is None:
        return
    kind, payload = dataset.fields[unpack.kind], dataset.fields[unpack.payload]
    if not kind.required or set(kind.codes) != set(unpack.into):
        text = "应为 kind 的各代码，且 kind 必填 it names every code of the kind, which is required"
        yield ("unpack", "into"), text
    if payload.type != "packed" or not payload.required:
        yield ("unpack", "payload"), "应为必填的 packed 字段 it is a required field of type packed"


def _twice(words: Iterable[str]) -> str:
    """Return the words that stand there more than once."""
    return "、".join(sorted(word for word, times in Counter(words).items() if times > 1))


def _fault_of_field(of: Field) -> str | None:
    if of.type == "money" and of.unit not in UNITS:
        return f"金额的 unit 应为 the unit of money is one of: {'、'.join(UNITS)}"
    if of.type == "code" and not of.codes:
        return "代码须有 codes a code needs its codes"
    if of.otherwise and of.otherwise not in of.codes:
        return f"otherwise 应是 codes 之一 it is one of the codes{nearest(of.otherwise, of.codes)}"
    if again := _twice(of.codes.values()):
        return f"两个代码同义 two codes have one word: {again}"
    return None


def _of(column: Column, dataset: Dataset, name: str) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with how a field is read."""
    of = dataset.fields.get(name)
    if of is None:
        return
    if of.type == "code" and (unknown := set(column.codes.values()) - set(of.codes)):
        yield ("codes",), f"不在字段的代码表中 no codes of the field: {told_codes(unknown, of)}"
    yield from faults_of_source(name, column, of)
    yield from _contradicted(column, of)
    if not column.unit:
        return
    if of.type == "money" and column.unit not in UNITS:
        yield ("unit",), f"金额的 unit 应为 the unit of money is one of: {'、'.join(UNITS)}"
    elif of.type == "number" and ratio(column.unit, of.unit) is None:
        yield ("unit",), f"{column.unit} 不能换算为 cannot be turned into {of.unit or '1'}"
    elif of.type not in {"money", "number"}:
        yield ("unit",), f"{of.type} 没有单位 only money and numbers have a unit"


def _contradicted(column: Column, of: Field) -> Iterator[tuple[Path, str]]:
    """Yield the headings that name another unit of money than their cells would be read in."""
    for heading in column.from_:
        said = unit_of(heading)
        if of.type == "money" and said in UNITS and said != (column.unit or of.unit):
            yield ("from",), f"列名“{heading}”以{said}计，应写 unit: {said} the heading is in {said}: say so"
