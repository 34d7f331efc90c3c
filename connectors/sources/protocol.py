"""What every way in speaks: check before it is enabled, discover what it offers, read from where it stood."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from connectors.decoding.decode import Table, decode, filled
from connectors.model.counting import Tally


@dataclass(frozen=True)
class Stream:
    """Something a source offers, and the names of its columns."""

    name: str
    columns: Sequence[str]


@dataclass(frozen=True)
class Slice:
    """What was read, and the watermark to read on from once it is stored.

    `open` starts reading the rows and raises MalformedError; `digest` is SHA-256 of the content as it came. A slice
    that is a whole `delivery` (its name) is final: refused once, it is passed over. `batch` is the sender's own id,
    `file` the content as it came, where it is a file.
    """

    open: Callable[[], Table]
    digest: bytes
    watermark: str
    delivery: str = ""
    batch: str = ""
    discard: Callable[[], None] = lambda: None
    file: Path | None = None


def rows_slice(name: str, header: list[str], rows: list[list[str]], watermark: str) -> Slice:
    """Return rows held in memory as a slice; row 1 is the first."""
    digest = hashlib.sha256(json.dumps([header, rows]).encode()).digest()

    def read() -> Table:
        tally = Tally(total=len(rows))
        return Table(name, header, filled(enumerate(rows, start=1), tally), tally=tally)

    return Slice(read, digest, watermark)


def file_slice(path: Path, watermark: str, name: str = "", discard: Callable[[], None] = lambda: None) -> Slice:
    """Return a file as a slice; nothing of it is held in memory. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return Slice(lambda: decode(path), digest, watermark, delivery=name or path.name, discard=discard, file=path)


class Connector(Protocol):
    """A way in. Each method raises ConnectorError with what is wrong and what to do; none changes the source."""

    def check(self) -> None:
        """Try the connection and the rights."""

    def discover(self) -> Sequence[Stream]:
        """Return what the source offers."""

    def read(self, after: str | None) -> Slice | None:
        """Return the next rows after a watermark, None where there is nothing new."""


class ConnectorType(Protocol):
    """How a connector is made: `Config` is a msgspec Struct; secrets are in it by environment variable name alone."""

    Config: ClassVar[type]

    def __call__(self, config: Any) -> Connector:  # noqa: ANN401 - an instance of its own Config
        """Make it; nothing connects yet."""


@dataclass(frozen=True)
class Outcome:
    """What became of a slice: the counts by name, why it was refused as a whole (or, of a full list, ended nothing),
    each refused row's reasons, and the columns that were not read.
    """

    status: Literal["stored", "known", "refused"]
    batch: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    refusal: str = ""
    rejected: Sequence[tuple[int, Sequence[Mapping[str, str]]]] = ()
    unread: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Dropped:
    """Rows that a read passed over: how many, and why."""

    rows: int
    reason: str


@runtime_checkable
class Drops(Protocol):
    """A connector that may pass rows over: after a read, found anything new or not, it says how many."""

    def dropped(self) -> Dropped | None:
        """Return what the last read passed over, None where that was nothing."""


@runtime_checkable
class Answers(Protocol):
    """A connector whose source is told what became of a slice, before its watermark moves: again after a crash."""

    def answer(self, found: Slice, outcome: Outcome) -> None:
        """Tell it. Raises ConnectorError."""


class Secrets(Protocol):
    """Secrets of sources, held once for every process: where renewing one ends the one before, one process renews."""

    def find(self, name: str) -> str | None:
        """Return the secret in force."""

    def renew(self, name: str, stale: str | None, fetch: Callable[[str | None], str]) -> str:
        """Replace `stale` by what `fetch` makes of it; where another process has done so already, return its secret."""


@runtime_checkable
class KeepsSecrets(Protocol):
    """A connector that asks for a place to keep a secret in."""

    def keep_secrets_in(self, secrets: Secrets) -> None:
        """Take the place."""
