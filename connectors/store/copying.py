"""Records in PostgreSQL's binary COPY format, which takes each type's own bytes (its manual: COPY, file formats).

Built here because a record is ids, digests and times of fixed width: they are laid out for all rows at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from struct import Struct

import numpy as np

COPY = """
    COPY record (record_id, key_id, version, batch_id, leaf_index, row_number, recorded_at, digest, subject_id,
        event_date, publish_until, superseded_at, status, dataset, agency, identifier_type, identifier_value,
        producer, business_key, canonical) FROM STDIN (FORMAT BINARY)
"""
HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TAIL = b"\xff\xff"
_FIXED = np.dtype(
    [
        ("columns", ">i2"), ("n0", ">i4"), ("record_id", "V16"), ("n1", ">i4"), ("key_id", "V16"), ("n2", ">i4"),
        ("version", ">i4"), ("n3", ">i4"), ("batch_id", "V16"), ("n4", ">i4"), ("leaf_index", ">i4"), ("n5", ">i4"),
        ("row_number", ">i4"), ("n6", ">i4"), ("recorded_at", ">i8"), ("n7", ">i4"), ("digest", "V32"),
    ]
)  # fmt: skip
_SIZES = {"n0": 16, "n1": 16, "n2": 4, "n3": 16, "n4": 4, "n5": 4, "n6": 8, "n7": 32}
_SIZE, _INTEGER, _LONG = Struct(">i"), Struct(">ii"), Struct(">iq")
_NULL, _ID = _SIZE.pack(-1), _SIZE.pack(16)
_EPOCH, _EPOCH_DAY = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Rows:
    """Records to copy, a list per column: ids, digests, keys and canonical forms as bytes, days as ISO dates."""

    record_ids: Sequence[bytes]
    key_ids: Sequence[bytes]
    versions: Sequence[int]
    row_numbers: Sequence[int]
    digests: Sequence[bytes]
    subject_ids: Sequence[bytes | None]
    event_dates: Sequence[str | None]
    publish_untils: Sequence[str | None]
    replaced: Sequence[bool]
    identifier_types: Sequence[str]
    identifier_values: Sequence[str]
    producers: Sequence[str | None]
    business_keys: Sequence[bytes]
    canonicals: Sequence[bytes]

    def parts(self, size: int) -> Iterator[tuple[int, "Rows"]]:
        """Yield so many records at a time, each with the place of its first."""
        columns = [getattr(self, column.name) for column in fields(self)]
        for at in range(0, len(self.record_ids), size):
            yield at, Rows(*(column[at : at + size] for column in columns))


class _Days(dict[str | None, bytes]):
    def __missing__(self, day: str | None) -> bytes:
        self[day] = packed = _INTEGER.pack(4, (date.fromisoformat(day) - _EPOCH_DAY).days) if day else _NULL
        return packed


class _Texts(dict[str | None, bytes]):
    def __missing__(self, value: str | None) -> bytes:
        self[value] = packed = _NULL if value is None else _sized(value.encode())
        return packed


class Encoder:
    """Encodes the records of one batch."""

    def __init__(self, batch_id: bytes, dataset: str, agency: str, now: datetime) -> None:
        """Take what is the same for every record of the batch."""
        self._batch, self._now = batch_id, (now - _EPOCH) // _MICROSECOND
        owner = _sized(dataset.encode()) + _sized(agency.encode())
        self._resolved, self._unresolved = _sized(b"resolved") + owner, _sized(b"unresolved") + owner
        self._replaced = _LONG.pack(8, self._now)
        self._days = _Days()

    def encode(self, rows: Rows, first_leaf: int) -> bytes:
        """Return rows as a part of a binary COPY; their leaves are counted on from `first_leaf`."""
        days, texts = self._days, _Texts()
        columns = (
            self._fixed(rows, first_leaf),
            [_ID + owner if owner else _NULL for owner in rows.subject_ids],
            [days[day] for day in rows.event_dates],
            [days[day] for day in rows.publish_untils],
            [self._replaced if replaced else _NULL for replaced in rows.replaced],
            [self._resolved if owner else self._unresolved for owner in rows.subject_ids],
            [texts[word] for word in rows.identifier_types],
            [_sized(value.encode()) for value in rows.identifier_values],
            [texts[word] for word in rows.producers],
            [_sized(key) for key in rows.business_keys],
            [_SIZE.pack(len(canonical)) for canonical in rows.canonicals],
            rows.canonicals,
        )
        return b"".join(chain.from_iterable(zip(*columns, strict=True)))

    def _fixed(self, rows: Rows, first_leaf: int) -> list[bytes]:
        """Lay out the columns of fixed width."""
        count = len(rows.record_ids)
        laid = np.zeros(count, _FIXED)
        laid["columns"] = 20
        for name, size in _SIZES.items():
            laid[name] = size
        laid["record_id"] = np.frombuffer(b"".join(rows.record_ids), "V16")
        laid["key_id"] = np.frombuffer(b"".join(rows.key_ids), "V16")
        laid["digest"] = np.frombuffer(b"".join(rows.digests), "V32")
        laid["version"], laid["row_number"] = rows.versions, rows.row_numbers
        laid["batch_id"], laid["recorded_at"] = np.void(self._batch), self._now
        laid["leaf_index"] = np.arange(first_leaf, first_leaf + count)
        content, width = laid.tobytes(), _FIXED.itemsize
        return [content[at : at + width] for at in range(0, count * width, width)]


def _sized(content: bytes) -> bytes:
    return _SIZE.pack(len(content)) + content
