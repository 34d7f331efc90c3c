"""Rows that each hold a record of another dataset, and those records as tables of their own. Pure.

Only what became a record is unpacked: a row that was refused is unpacked when it comes back corrected. Rows keep the
numbers they have in the file, and what stands beside the record, its party first, is known to it too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import orjson

from connectors.conversion.binding import bind
from connectors.conversion.binding_errors import MissingColumnsError
from connectors.decoding.decode import Table
from connectors.decoding.text import MOST_COLUMNS
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.model.folding import heading_key

if TYPE_CHECKING:
    import polars as pl

MOST_UNPACKED = 500_000  # rows that are held in memory until the batch that brought them is stored
_MOST_MEMBERS = MOST_COLUMNS // 2  # what is required may have to be added
_NAME, _CODE = "企业名称", "统一社会信用代码"
_CODED = frozenset({"uscc", "organisation_code", "registration_number", "tax_number"})


class Unpacked:
    """The records within the records of one batch, by the dataset that each is of."""

    def __init__(self, dataset: Dataset, known: Mapping[str, Dataset]) -> None:
        """Take the dataset of the rows, which says what they hold, and all datasets."""
        if dataset.unpack is None:
            raise ValueError(dataset.dataset)
        self._unpack, self._count = dataset.unpack, 0
        self._into = {kind: known[name] for kind, name in dataset.unpack.into.items()}
        self._beside = {name: of.zh for name, of in dataset.fields.items() if not of.personal}
        self._heads = {
            name: frozenset(map(heading_key, known[name].headings())) for name in dataset.unpack.into.values()
        }
        self._rows: dict[str, list[tuple[int, bytes]]] = defaultdict(list)

    def add(self, sound: "pl.DataFrame") -> None:
        """Unpack some sound rows (connectors/conversion/chunks.py). Raises MalformedError where there are too many."""
        self._count += len(sound)
        if self._count > MOST_UNPACKED:
            raise MalformedError(
                f"超过 {MOST_UNPACKED} 行，请分批 more than {MOST_UNPACKED} rows: send several batches"
            )
        for number, canonical in sound.select("place", "canonical").iter_rows():
            record = orjson.loads(canonical)
            of = self._into[record["fields"][self._unpack.kind]].dataset
            self._rows[of].append((number, orjson.dumps(self._members(record, self._heads[of]))))

    def _members(self, record: Mapping[str, dict[str, str]], heads: frozenset[str]) -> dict[str, str]:
        fields, identifier = record["fields"], record["identifier"]
        beside = {zh: fields.get(name) for name, zh in self._beside.items() if heading_key(zh) in heads}
        party = {_NAME: record["name"], _CODE: identifier["value"] if identifier["type"] in _CODED else None}
        packed: dict[str, str] = orjson.loads(fields[self._unpack.payload])
        return packed | {name: str(said) for name, said in (beside | party).items() if said}

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each dataset."""
        return {name: len(self._rows[name]) for name in sorted(self._rows)}

    def tables(self) -> Iterator[tuple[Dataset, Table]]:
        """Yield each dataset of which there are rows, with its rows as if they had come alone."""
        datasets = {dataset.dataset: dataset for dataset in self._into.values()}
        for name in self.counts():
            rows = self._rows.pop(name)
            header = self._header(datasets[name], rows)
            yield datasets[name], Table("json", header, ((at, _cells(header, said)) for at, said in rows))

    def _header(self, dataset: Dataset, rows: list[tuple[int, bytes]]) -> list[str]:
        """Return the names of all members, those the dataset knows first, and of what it cannot do without: where that
        is missing, rows are refused and not the file.
        """
        names = dict.fromkeys(name for _, said in rows for name in orjson.loads(said))
        heads = self._heads[dataset.dataset]
        header = sorted(names, key=lambda name: heading_key(name) not in heads)[:_MOST_MEMBERS]
        try:
            bind(dataset, header)
        except MissingColumnsError as fault:
            header += [missing.rpartition("/")[2] for missing in sorted(fault.missing)]
        return header


def _cells(header: list[str], said: bytes) -> list[str]:
    members = orjson.loads(said)
    return [members.get(name, "") for name in header]
