"""Places where files are left, reached through fsspec, and which of the files there are whole.

A name is only ever one the place itself lists: no path is made from what a sender writes. Links are not followed.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any, Literal, cast

import msgspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from connectors.errors import ConnectorError

MOST_FILES = 5_000
CHUNK = 1 << 20
DONE = ".done"
UNFINISHED = (".tmp", ".part", ".filepart", ".uploading", DONE)


class PlaceError(ConnectorError):
    """The place cannot be reached or read now."""


@dataclass(frozen=True)
class File:
    """A file as its place lists it; `token` changes whenever the file does. No `modified`: the place is atomic."""

    name: str
    size: int
    token: str
    modified: float | None


class Files:
    """A place while it is open."""

    def __init__(self, filesystem: AbstractFileSystem, folder: str) -> None:
        """Take the file system and the folder on it."""
        self.filesystem, self._folder = filesystem, folder.rstrip("/") or "/"

    def listed(self) -> dict[str, File]:
        """Return the files directly in the folder by name. Raises PlaceError for more than can be kept track of."""
        found = [_file(entry) for entry in self.entries() if entry["type"] == "file" and not entry.get("islink")]
        if len(found) > MOST_FILES:
            raise PlaceError(f"文件超过 {MOST_FILES} 个，请归档旧文件 more than {MOST_FILES} files: archive old ones")
        return {file.name: file for file in sorted(found, key=lambda file: file.name)}

    def links(self) -> list[str]:
        """Return the names that are links."""
        return [_name(e) for e in self.entries() if e["type"] == "link" or e.get("islink")]

    def entries(self) -> list[dict[str, Any]]:
        """Return what is in the folder as fsspec tells it."""
        return cast("list[dict[str, Any]]", self.filesystem.ls(self._folder, detail=True))

    def fetch(self, file: File, target: Path) -> None:
        """Copy a file here; never more than it was listed with, so that one that grows does not fill the disk."""
        left = file.size
        with self.open(file.name) as source, target.open("wb") as copy:
            while left and (chunk := source.read(min(CHUNK, left))):
                copy.write(chunk)
                left -= len(chunk)

    def write(self, name: str, content: bytes) -> None:
        """Write a file under another name first, so that nobody reads half of it."""
        self.filesystem.pipe_file(self.path(f".{name}.tmp"), content)
        self.filesystem.mv(self.path(f".{name}.tmp"), self.path(name))

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        return cast("IO[bytes]", self.filesystem.open(self.path(name), "rb"))

    def path(self, name: str) -> str:
        """Return where a file of the folder lies. Raises PlaceError for a name that leads out of it."""
        if not name or "/" in name or "\\" in name or name in {".", ".."}:
            raise PlaceError(f"文件名无效 no file name: {name[:80]!r}")
        return f"{self._folder}/{name}"


class LocalFiles(Files):
    """A folder of this machine: what became a link since it was listed is not opened."""

    def open(self, name: str) -> IO[bytes]:
        """Open a file, never through a link. Raises OSError."""
        return os.fdopen(os.open(self.path(name), os.O_RDONLY | os.O_NOFOLLOW), "rb")


class Place(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, frozen=True, tag_field="kind"):
    """What is taken from a place. `complete`: "settled", unchanged for `settle_seconds` and while it was copied; or
    "done", once NAME.done lies beside it. Names that start with a dot or end in .tmp, .part … are never taken.
    """

    pattern: str = "*"
    complete: Literal["settled", "done"] = "settled"
    settle_seconds: int = 30
    largest_bytes: int = 1 << 30

    def connect(self) -> AbstractContextManager[Files]:
        """Open the place. Raises what `faults` names."""
        raise NotImplementedError

    def faults(self) -> tuple[type[Exception], ...]:
        """Return what its library raises where the place cannot be used."""
        return (OSError, ValueError)

    @contextmanager
    def opened(self) -> Iterator[Files]:
        """Open the place for the length of the block. Raises PlaceError, which never quotes an address or a secret."""
        try:
            with self.connect() as files:
                yield files
        except self.faults() as fault:
            kind = self.__struct_config__.tag
            raise PlaceError(f"{kind} 无法读取 cannot be read: {type(fault).__name__}") from fault

    def whole(self, files: dict[str, File], now: float) -> list[File]:
        """Return the files that are wanted and whole, in the order of their names."""
        wanted = [f for f in files.values() if fnmatchcase(f.name, self.pattern) and not f.name.startswith(".")]
        return [f for f in wanted if not f.name.endswith(UNFINISHED) and self._is_whole(f, files, now)]

    def _is_whole(self, file: File, files: dict[str, File], now: float) -> bool:
        if self.complete == "done":
            return file.name + DONE in files
        return self.is_settled(file, now)

    def is_settled(self, file: File, now: float) -> bool:
        """Tell whether a file has not been written for long enough."""
        return file.modified is None or file.modified + self.settle_seconds <= now

    def now(self) -> float:
        """Return the time files are settled by."""
        return time.time()


class Folder(Place, kw_only=True, frozen=True, forbid_unknown_fields=True, tag="folder"):
    """`path`: a folder of this machine."""

    path: str

    @contextmanager
    def connect(self) -> Iterator[Files]:
        """Open the folder. Raises PlaceError where there is none."""
        if "\x00" in self.path or not Path(self.path).is_dir():
            raise PlaceError(f"没有文件夹 no folder {self.path!r}")
        yield LocalFiles(LocalFileSystem(skip_instance_cache=True), str(Path(self.path).absolute()))


def _name(entry: dict[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rpartition("/")[2]


def _file(entry: dict[str, Any]) -> File:
    changed, tag = entry.get("mtime"), entry.get("e_tag")
    modified = changed if isinstance(changed, float) or changed is None else changed.timestamp()
    token = hashlib.sha256(f"{entry['size']}:{modified}:{tag}".encode()).hexdigest()[:16]
    return File(_name(entry), int(entry["size"]), token, modified)
