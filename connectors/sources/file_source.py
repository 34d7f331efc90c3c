"""One file on this machine, looked at again whenever it was written."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from connectors.decoding.decode import decode
from connectors.errors import ConnectorError
from connectors.sources.protocol import Slice, Stream, file_slice


class FileConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`path`: the file."""

    path: str


class FileSource:
    """本机文件 One file of this machine; its watermark is when it was last written and its size."""

    Config = FileConfig

    def __init__(self, config: FileConfig) -> None:
        """Take the configuration; nothing is opened yet."""
        self._path = Path(config.path)

    def check(self) -> None:
        """Read the beginning. Raises ConnectorError with what is wrong."""
        self.discover()

    def discover(self) -> Sequence[Stream]:
        """Return the file and its columns. Raises ConnectorError, MalformedError."""
        try:
            return [Stream(self._path.name, decode(self._path).header)]
        except (OSError, ValueError) as fault:  # a NUL in the path is a ValueError
            raise self._unreadable() from fault

    def read(self, after: str | None) -> Slice | None:
        """Return the whole file, None where it has not been written since. Raises ConnectorError."""
        try:
            seen = self._path.stat()
            watermark = f"{seen.st_mtime_ns}:{seen.st_size}"
            return None if watermark == after else file_slice(self._path, watermark)
        except (OSError, ValueError) as fault:
            raise self._unreadable() from fault

    def _unreadable(self) -> ConnectorError:
        return ConnectorError(f"{self._path.name} 无法打开 cannot be opened")
