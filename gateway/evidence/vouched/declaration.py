"""How a business table is declared: which columns are vouched for, and by what its events say. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from signing.canonical import canonical_bytes, sha256_hex

Members = Mapping[str, Any]
AT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"  # as leaves spell a moment
LEAF_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class _Untold:
    def __repr__(self) -> str:
        return "未写明 untold"


UNTOLD = _Untold()  # what an older event does not name, or one whose payload was erased


@dataclass(frozen=True)
class Entry:
    """An entry of the log: its id, its leaf, and its payload; None where that cannot be read."""

    id: str
    leaf: Members
    payload: Members | None

    @property
    def type(self) -> str:
        """The event's type."""
        return str(self.leaf.get("type"))


Told = Callable[[Entry], Any]
Expected = dict[str, Any]  # column: value
Fold = Callable[[dict[str, Expected], Entry], None]


@dataclass(frozen=True)
class Says:
    """What an event says of the columns of its row."""

    columns: Mapping[str, Told]
    key: Told | None = None  # None: no other event is about this row
    ends: bool = True  # no later event changes the row
    alone: Mapping[str, Told] = field(default_factory=dict)  # said besides, where no earlier event was about the row
    makes: Told | None = None  # whether this event has a row at all; None: each has


@dataclass(frozen=True)
class Deed:
    """A table whose rows each come with an event, which the row names as `entry`."""

    name: str
    table: str
    query: str  # its rows: entry, and the columns
    events: Mapping[str, Says]
    read: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)  # how a column is compared: by its digest
    # Entries that rows named before they had an event of their own, and the column that later events name a row by.
    older: frozenset[str] = frozenset()
    key: str = ""


@dataclass(frozen=True)
class Party:
    """A table whose rows are changed by later events: folded from the first event on, and compared at the end."""

    name: str
    table: str
    query: str  # its rows: key, and the columns
    events: Mapping[str, Fold]
    read: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


Vouched = Deed | Party


def said(name: str) -> Told:
    """Make what a member of the payload says."""
    return lambda entry: UNTOLD if entry.payload is None else entry.payload.get(name, UNTOLD)


def said_lately(name: str) -> Told:
    """Read a member of the payload that older events do not have: they say that there was none."""
    read = said(name)
    return lambda entry: None if entry.payload and name not in entry.payload else read(entry)


def said_within(name: str, inner: str) -> Told:
    """Make what a member within a member of the payload says; None where the outer one is null."""

    def tell(entry: Entry) -> Any:  # noqa: ANN401 - any JSON value
        outer = said(name)(entry)
        return outer.get(inner, UNTOLD) if isinstance(outer, Mapping) else outer

    return tell


def said_moment(name: str) -> Told:
    """Make what a member of the payload says of a moment, as rows have it."""
    tell = said(name)

    def told(entry: Entry) -> Any:  # noqa: ANN401 - a text, None, or UNTOLD
        moment = tell(entry)
        if not isinstance(moment, str):
            return moment
        return datetime.fromisoformat(moment).astimezone(UTC).strftime(LEAF_TIME)

    return told


def leaf(name: str) -> Told:
    """Make what a member of the leaf says; one that is absent is null."""
    return lambda entry: entry.leaf.get(name)


def always(value: object) -> Told:
    """Make what every event of a type says."""
    return lambda _entry: value


def digest(value: object) -> str | None:
    """Return SHA-256 of a text in hex, as payloads name what is too long for them."""
    return None if value is None else sha256_hex(str(value).encode())


def digest_of_json(value: object) -> str:
    """Return SHA-256 of a JSON value's canonical form, in hex."""
    return sha256_hex(canonical_bytes(value))


def tell(columns: Mapping[str, Told], entry: Entry) -> Expected:
    """Return what an event says of columns."""
    return {name: told(entry) for name, told in columns.items()}


def born(key: Told, columns: Mapping[str, Told]) -> Fold:
    """Make the fold of an event that brings a row into being, or replaces it whole."""

    def fold(rows: dict[str, Expected], entry: Entry) -> None:
        rows[str(key(entry))] = tell(columns, entry)

    return fold


def changed(key: Told, columns: Mapping[str, Told]) -> Fold:
    """Make the fold of an event that changes columns of a row."""

    def fold(rows: dict[str, Expected], entry: Entry) -> None:
        rows.setdefault(str(key(entry)), {}).update(tell(columns, entry))

    return fold
