"""Lists of keys an agency acts upon at once (a withdrawal list): rows that hold the fields of the dataset's key.

The columns are those of the dataset's own submissions, or the names of the key's fields; what else stands in a row does
not matter. A key is read as a submission's rows are, so that a list made from the same table finds the same records.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connectors.conversion.binding import BoundField, bind_field
from connectors.conversion.cells import CellError
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.conversion.keys import PARTY, Keys, business_keys
from connectors.conversion.rows import Value, cell_of, reader_of
from connectors.conversion.sole_traders import is_sole_trader
from connectors.decoding.decode import Table
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.model.mapping import Column, Header, Mapping
from connectors.personal.protect import personal_fields
from connectors.personal.sealing import Protector

MOST_KEYS = 100_000
_CODED = frozenset({Kind.USCC, Kind.ORGANISATION, Kind.REGISTRATION, Kind.TAX})
Reader = Callable[[str], Value]


@dataclass(frozen=True)
class _Columns:
    names: list[int]
    codes: list[int]
    fields: dict[str, tuple[BoundField, Reader]]


def read_keys(dataset: Dataset, table: Table, protector: Protector) -> Iterator[tuple[int, Keys | None]]:
    """Return each row's number and its keys, None where the row holds no key.

    Raises MalformedError where columns of the key are missing, or there are too many rows.
    """
    columns = _find_columns(dataset, table.header)
    for count, (number, cells) in enumerate(table.rows, start=1):
        if count > MOST_KEYS:
            raise MalformedError(f"超过 {MOST_KEYS} 行，请分批提交 more than {MOST_KEYS} rows: send several lists")
        yield number, _key(dataset, columns, cells, protector) if len(cells) == len(table.header) else None


def _find_columns(dataset: Dataset, names: Sequence[str]) -> _Columns:
    header, fitting, lacking = Header(names), [], []
    for mapping in sorted(dataset.spellings(), key=lambda mapping: mapping.id):
        found = _Columns(
            header.find(mapping.party.name)[:1],
            header.find(mapping.party.codes),
            {name: _field(dataset, mapping, header, name) for name in dataset.key if name != "party"},
        )
        missing = [name for name, (bound, _) in found.fields.items() if not bound.is_read]
        missing += ["party"] if "party" in dataset.key and not (found.names or found.codes) else []
        if missing:
            lacking.append(missing)
        else:
            fitting.append(found)
    if fitting:  # whatever order they are declared in, the one that knows most about whom a row is about
        return max(fitting, key=lambda found: len(found.codes) + len(found.names))
    words = [dataset.fields[name].zh if name in dataset.fields else name for name in min(lacking, key=len)]
    raise MalformedError(f"缺少主键列 columns of the key are missing: {'、'.join(words)}")


def _field(dataset: Dataset, mapping: Mapping, header: Header, name: str) -> tuple[BoundField, Reader]:
    bound = bind_field(name, dataset.fields[name], mapping.fields.get(name, Column()), header, keyed=True)
    return bound, reader_of(bound)


def _key(dataset: Dataset, columns: _Columns, cells: Sequence[str], protector: Protector) -> Keys | None:
    identifier = next(
        (read for read in (read_identifier(cells[at]) for at in columns.codes) if read.kind in _CODED), None
    )
    name = cells[columns.names[0]].strip() if columns.names else ""
    if "party" in dataset.key and identifier is None and not name:
        return None
    kind, code = (identifier.kind, identifier.value) if identifier else (Kind.EMPTY, "")
    one = is_sole_trader(kind, code, name)
    try:
        fields = {part: read(cell_of(bound, cells)[0]) for part, (bound, read) in columns.fields.items()}
    except CellError:
        return None
    hidden = personal_fields(dataset, one=one) | ({PARTY} if one and not code else set())
    return business_keys(dataset, code, name, fields, hidden, protector.name_hash)
