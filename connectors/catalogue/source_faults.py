"""What a mapping says of where cells come from that cannot be meant: members that exclude each other, places. Pure."""

from collections.abc import Iterable, Iterator

from connectors.catalogue.form_faults import nearest
from connectors.conversion.binding import BoundField
from connectors.conversion.cells import CellError
from connectors.conversion.rows import reader_of
from connectors.decoding.text import MOST_COLUMNS
from connectors.model.datasets import Field
from connectors.model.mapping import Column, Mapping, column_number

Path = tuple[str, ...]


def faults_of_columns(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    """Yield the columns of a mapping that are named as no column can be."""
    parts: list[tuple[Path, Iterable[str]]] = [
        (("party", "name"), mapping.party.name),
        (("party", "codes"), mapping.party.codes),
        (("party", "kind"), mapping.party.kind),
        (("producer", "name"), mapping.producer.name),
        (("producer", "codes"), mapping.producer.codes),
        (("fill_down",), mapping.fill_down),
        (("without",), mapping.without),
    ]
    for field, column in mapping.fields.items():
        parts.append((("fields", field, "from"), column.from_))
        parts.append((("fields", field, "fine_within"), column.fine_within))
        parts += [
            (("fields", field, "codes_where", str(at), "column"), [where.column])
            for at, where in enumerate(column.codes_where)
        ]
    for path, names in parts:
        for name in names:
            number = column_number(name)
            if number is not None and not 1 <= number <= MOST_COLUMNS:
                yield path, f"“{name}”：列号为 1 到 {MOST_COLUMNS} columns are numbered from 1 to {MOST_COLUMNS}"
            elif number is None and mapping.header == "none":
                yield path, f"“{name}”：没有列名的文件只能按第几列找 without a header, name columns by place: 第3列"


def told_codes(unknown: Iterable[str], of: Field) -> str:
    """Return codes that a field does not have, what was meant by the first, and those it has."""
    words = sorted(unknown)
    return f"{'、'.join(words)}{nearest(words[0], of.codes)}"


def faults_of_source(name: str, column: Column, of: Field) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with where a field's cells come from."""
    if column.value:
        yield from _of_constant(name, column, of)
    elif column.join is not None and (len(column.from_) < 2 or column.first_filled):
        yield ("join",), "join 需要 from 中至少两列，且不与 first_filled 同用 it joins two columns of `from` or more"
    yield from _of_other_types(column, of)
    for at, where in enumerate(column.codes_where):
        path = ("codes_where", str(at))
        if not where.is_ or not where.codes:
            yield path, "is 与 codes 都要有内容 neither may be empty"
        if unknown := set(where.codes.values()) - set(of.codes):
            yield (*path, "codes"), f"不在字段的代码表中 no codes of the field: {told_codes(unknown, of)}"


def _of_constant(name: str, column: Column, of: Field) -> Iterator[tuple[Path, str]]:
    others = {
        "from": bool(column.from_), "join": column.join is not None, "extract": bool(column.extract),
        "codes_where": bool(column.codes_where), "fine_within": bool(column.fine_within),
        "first_filled": column.first_filled,
    }  # fmt: skip
    for member in (member for member, said in others.items() if said):
        yield (member,), "有 value 就没有列，不能同用 a constant has no column: leave one of the two out"
    if text := _unreadable(name, column, of):
        yield ("value",), f"“{column.value}”{text} cannot be read as {of.type}"


def _of_other_types(column: Column, of: Field) -> Iterator[tuple[Path, str]]:
    """Yield what is declared of a field and means something for another type alone."""
    types: list[tuple[str, bool, set[str], str]] = [
        ("codes", bool(column.codes), {"code"}, "没有代码 only a code has codes"),
        ("codes_where", bool(column.codes_where), {"code"}, "没有代码 only a code has codes"),
        ("day_first", column.day_first, {"date", "until"}, "没有日月次序 only dates have a day"),
        ("fine_within", bool(column.fine_within), {"money"}, "不是金额 only an amount is sought within a sentence"),
    ]
    for member, said, right, text in types:
        if said and of.type not in right:
            yield (member,), f"{of.type} {text}"


def _unreadable(name: str, column: Column, of: Field) -> str:
    """Return why a constant is nothing of its field's type; "" where it is."""
    try:
        value = reader_of(BoundField(name, of, column, [], []))(column.value)
    except CellError as fault:
        return fault.text
    return "表示空值" if value is None else ""
