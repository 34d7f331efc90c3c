"""A delivery that was handed over as a file: pushed over HTTP, or given on the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.decode import decode
from connectors.errors import ConnectorError
from connectors.protocol import Slice, Stream


class FileSource:
    """Reads one file once; there is no watermark, since a file does not grow."""

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
        return [Stream(self._path.name, self.read(None).table.header)]

    def read(self, after: str | None) -> Slice:  # noqa: ARG002 - a file is read from its beginning
        """Return the whole file. Raises MalformedError, here or while the rows are read."""
        try:
            return Slice(decode(self._path), None)
        except OSError as fault:
            raise ConnectorError(f"{self._path.name} 无法打开 cannot be opened") from fault
