"""A delivery that is a file: pushed over HTTP, given on the command line, or left in a place that is looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.decode import Table, decode
from connectors.errors import ConnectorError
from connectors.protocol import Slice, Stream


class FileSource:
    """Reads a file as a whole; its watermark is when it was last written and its size."""

    def __init__(self, config: Mapping[str, object]) -> None:
        """Take `path`. Raises ConnectorError where there is none."""
        path = config.get("path")
        if not isinstance(path, str | Path):
            raise ConnectorError("配置缺少 path the configuration names no path")
        self._path = Path(path)

    def check(self) -> None:
        """Read the beginning. Raises ConnectorError with what is wrong."""
        self.discover()

    def discover(self) -> Sequence[Stream]:
        """Return the file and its columns."""
        return [Stream(self._path.name, self.open().header)]

    def open(self) -> Table:
        """Start reading the file. Raises MalformedError, here or while the rows are read."""
        try:
            return decode(self._path)
        except OSError as fault:
            raise self._unreadable() from fault

    def read(self, after: str | None) -> Slice | None:
        """Return the whole file, None where it has not been written since. Raises ConnectorError, MalformedError."""
        try:
            seen = self._path.stat()
        except OSError as fault:
            raise self._unreadable() from fault
        watermark = f"{seen.st_mtime_ns}:{seen.st_size}"
        return None if watermark == after else Slice(self.open(), watermark)

    def _unreadable(self) -> ConnectorError:
        return ConnectorError(f"{self._path.name} 无法打开 cannot be opened")
