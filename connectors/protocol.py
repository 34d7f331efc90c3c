"""What every way in speaks: check before it is enabled, discover what it offers, read from where it stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.decode import Table


@dataclass(frozen=True)
class Stream:
    """Something a source offers, and the names of its columns."""

    name: str
    columns: Sequence[str]


@dataclass(frozen=True)
class Slice:
    """Rows read, and the watermark to read on from once they are stored."""

    table: Table
    watermark: str | None


class Connector(Protocol):
    """A way in. Each method raises ConnectorError with what is wrong and what to do; none changes the source."""

    def check(self) -> None:
        """Try the connection and the rights."""

    def discover(self) -> Sequence[Stream]:
        """Return what the source offers."""

    def read(self, after: str | None) -> Slice | None:
        """Return the next rows after a watermark, None where there is nothing new."""


class ConnectorType(Protocol):
    """How a connector is made from its configuration: plain JSON, secrets named by environment variable."""

    def __call__(self, config: Mapping[str, object]) -> Connector:
        """Make it; nothing connects yet. Raises ConnectorError where the configuration is wrong."""
