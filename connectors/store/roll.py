"""Which keys a submission of a full list names, in a table that lives as long as its transaction.

The key of a refused row counts as named, where it can be read: nothing ends because a row was spelled wrongly.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from connectors.conversion.binding import Binding
from connectors.conversion.cells import Reason
from connectors.model.datasets import Dataset
from connectors.personal.sealing import Protector
from connectors.store.ingest import Listed
from connectors.store.refused_keys import RefusedKeys
from connectors.store.store import KEY_BYTES, Prepared

_OPEN = """
    DROP TABLE IF EXISTS pg_temp.listed_key;
    CREATE TEMPORARY TABLE listed_key (key_id bytea NOT NULL, sound boolean NOT NULL) ON COMMIT DROP
"""
_COPY = "COPY listed_key (key_id, sound) FROM STDIN"


class Roll:
    """Notes the keys of one submission."""

    def __init__(self, cursor: psycopg.AsyncCursor[Any], binding: Binding, protector: Protector) -> None:
        """Take a cursor within the submission's transaction; `open` comes first."""
        self._cursor, self._dataset = cursor, binding.dataset
        self._refused = RefusedKeys(binding, protector)
        self._sound = self._unreadable = 0
        self._years: set[int] | None = set() if binding.dataset.list_per == "year" else None

    async def open(self) -> None:
        """Make the table."""
        for statement in _OPEN.split(";"):
            await self._cursor.execute(statement)

    async def add(self, chunk: Prepared) -> None:
        """Note the keys of a chunk of sound rows, each as it is and as it was spelled before keys were folded."""
        self._sound += len(chunk.keys)
        if self._years is not None:
            self._years.update(map(int, chunk.sound["event_date"].drop_nulls().str.slice(0, 4).unique()))
        await self._copy(chunk.asked(), "t")

    async def add_refused(self, refused: Sequence[tuple[int, Sequence[Reason], list[str]]]) -> None:
        """Note the keys of refused rows, and count those that have none."""
        named: list[bytes] = []
        for _, reasons, cells in refused:
            if not self._refused.is_record(reasons):
                continue
            keys = self._refused.read(cells, reasons)
            if keys is None:
                self._unreadable += 1
            else:
                named += [key_id(self._dataset, key) for key in keys if key is not None]
        await self._copy(named, "f")

    @property
    def listed(self) -> Listed:
        """What was noted so far."""
        years = None if self._years is None else frozenset(self._years)
        return Listed(self._sound, self._unreadable, years)

    async def _copy(self, key_ids: Iterable[bytes], sound: str) -> None:
        async with self._cursor.copy(_COPY) as copy:
            await copy.write("".join(f"\\\\x{key.hex()}\t{sound}\n" for key in dict.fromkeys(key_ids)))


def key_id(dataset: Dataset, key: str) -> bytes:
    """Return what a key is found by."""
    return hashlib.sha256(f"{dataset.dataset}|{dataset.agency}|{key}".encode()).digest()[:KEY_BYTES]
