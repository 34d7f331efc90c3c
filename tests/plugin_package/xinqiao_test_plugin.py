"""A connector of another package: files dropped into a folder, read in the order of their names."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from connectors.decoding.decode import decode
from connectors.errors import ConnectorError
from connectors.sources.protocol import Slice, Stream, file_slice


class DropFolderConfig(msgspec.Struct, forbid_unknown_fields=True):
    folder: str


class DropFolder:
    """投递文件夹 One file at a time; the watermark is the last file's name."""

    Config = DropFolderConfig

    def __init__(self, config: DropFolderConfig) -> None:
        self._folder = Path(config.folder)

    def check(self) -> None:
        if "\x00" in str(self._folder) or not self._folder.is_dir():
            raise ConnectorError(f"没有文件夹 no folder {self._folder}")

    def discover(self) -> Sequence[Stream]:
        return [Stream(path.name, decode(path).header) for path in sorted(self._folder.iterdir())]

    def read(self, after: str | None) -> Slice | None:
        for path in sorted(self._folder.iterdir()):
            if after is None or path.name > after:
                return file_slice(path, watermark=path.name)
        return None
