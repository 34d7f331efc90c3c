"""The column store of this instance: where it is, what it holds, and its tables as scans read them.

    store = open_store(settings)                      the place and the datasets, once per process
    async with units.begin(…) as work: files = await list_files(work.session)     one list is one moment
    store.tables(files)                               {source: pl.LazyFrame}, of all sources that are no unions

A scan collects within REPLACED_HOURS of its list (listing.py). That nothing is due when the list is read is for the
caller to see to: `append` until it returns False.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from gateway.runtime.settings import Settings
from gateway.scores.sources import HeldSource, held_in_store
from scoring_adapter.columns.files import StoredFile
from scoring_adapter.columns.place import Access, Place, open_place
from scoring_adapter.columns.view import view
from scoring_adapter.tags.load import load_tags


@dataclass(frozen=True)
class ColumnStore:
    """The place of the files, and the datasets that have a table, by name."""

    place: Place
    sources: Mapping[str, HeldSource]

    def tables(self, files: Iterable[StoredFile]) -> dict[str, pl.LazyFrame]:
        """Return a table for every dataset; nothing is read yet."""
        held: dict[str, list[StoredFile]] = {name: [] for name in self.sources}
        for file in files:
            if file.dataset in held:
                held[file.dataset].append(file)
        return {name: view(self.place, held[name], source.columns) for name, source in self.sources.items()}


def open_store(settings: Settings) -> ColumnStore:
    """Return the store; nothing is read or written yet. Raises ColumnStoreError, TagError."""
    secret = settings.column_store_secret
    access = Access(
        settings.column_store_endpoint, settings.column_store_region, settings.column_store_key_id,
        secret.get_secret_value() if secret else "",
    )  # fmt: skip
    return _opened(settings.column_root, access)


@cache
def _opened(root: str, access: Access) -> ColumnStore:
    """Kept for the process: what extracts values remembers texts it has seen."""
    return ColumnStore(open_place(root, access), held_in_store(load_tags().sources))
