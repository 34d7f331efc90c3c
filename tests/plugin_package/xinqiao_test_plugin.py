"""A connector of another package: files dropped into a folder, read in the order of their names."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.decode import decode
from connectors.errors import ConnectorError
from connectors.protocol import Slice, Stream


class DropFolder:
    """Reads one file at a time; the watermark is the last file's name."""

    def __init__(self, config: Mapping[str, object]) -> None:
        self._folder = Path(str(config.get("folder", "")))

    def check(self) -> None:
        if not self._folder.is_dir():
            raise ConnectorError(f"没有文件夹 no folder {self._folder}")

    def discover(self) -> Sequence[Stream]:
        return [Stream(path.name, decode(path).header) for path in sorted(self._folder.iterdir())]

    def read(self, after: str | None) -> Slice | None:
        for path in sorted(self._folder.iterdir()):
            if after is None or path.name > after:
                return Slice(decode(path), path.name)
        return None
