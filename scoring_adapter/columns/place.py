"""Where the files are: a folder of this machine, or a prefix in an object store that speaks S3.

A file is written once, under a name of its own, and is durable when `write` returns; nothing is ever changed in place.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from scoring_adapter.errors import ColumnStoreError

if TYPE_CHECKING:
    from obstore.store import S3Store

S3 = "s3://"


class Place(Protocol):
    """What a place can do. All raise ColumnStoreError where the place cannot be used."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""

    def scan(self, names: Sequence[str]) -> pl.LazyFrame:
        """Return the rows of Parquet files, one after the other; what is missing is found when they are collected."""

    def names(self) -> Iterator[str]:
        """Return the names of all Parquet files there are."""

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are gone already do not matter."""


@dataclass(frozen=True)
class Access:
    """How an object store is reached: its address, and the key."""

    endpoint: str = ""
    region: str = "us-east-1"
    key_id: str = ""
    secret: str = field(default="", repr=False)


def open_place(root: str | Path, access: Access | None = None) -> Place:
    """Return the place of a folder, or of s3://bucket/prefix. Raises ColumnStoreError for no bucket."""
    if isinstance(root, str) and root.startswith(S3):
        bucket, _, prefix = root.removeprefix(S3).strip("/").partition("/")
        if not bucket:
            raise ColumnStoreError(f"{root}：缺少存储桶 no bucket is named")
        return ObjectPlace(bucket, prefix, access or Access())
    return FolderPlace(Path(root))


class FolderPlace:
    """A folder."""

    def __init__(self, root: Path) -> None:
        """Take the folder; it is made when the first file is written."""
        self.root = root

    def write(self, name: str, content: bytes) -> None:
        """Write a file, and have it on the disk."""
        path = self.root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            _settle(path.parent)
        except OSError as fault:
            raise ColumnStoreError(f"写入失败 cannot be written: {name}") from fault

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        try:
            return (self.root / name).read_bytes()
        except OSError as fault:
            raise ColumnStoreError(f"缺少文件 a file is missing: {name}") from fault

    def scan(self, names: Sequence[str]) -> pl.LazyFrame:
        """Return the rows of files."""
        return pl.scan_parquet([self.root / name for name in names], glob=False)

    def names(self) -> Iterator[str]:
        """Return what is there."""
        return (path.relative_to(self.root).as_posix() for path in self.root.glob("*/*/*.parquet"))

    def delete(self, names: Iterable[str]) -> None:
        """Delete files, and folders of days that are empty now."""
        for name in names:
            path = self.root / name
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()


class ObjectPlace:
    """A prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str, access: Access) -> None:
        """Take where it is; nothing connects yet."""
        self._bucket, self._prefix, self._access = bucket, f"{prefix}/" if prefix else "", access
        self._opened: S3Store | None = None

    def write(self, name: str, content: bytes) -> None:
        """Write a file; it appears whole."""
        with _faults_of(name):
            self._store.put(self._prefix + name, content)

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        with _faults_of(name):
            return bytes(self._store.get(self._prefix + name).bytes())

    def scan(self, names: Sequence[str]) -> pl.LazyFrame:
        """Return the rows of files, read by Polars itself."""
        paths = [f"{S3}{self._bucket}/{self._prefix}{name}" for name in names]
        return pl.scan_parquet(paths, storage_options=self._options(), credential_provider=None, glob=False)

    def names(self) -> Iterator[str]:
        """Return what is there."""
        with _faults_of(self._prefix):
            for found in self._store.list(self._prefix or None):
                yield from (str(one["path"]).removeprefix(self._prefix) for one in found)

    def delete(self, names: Iterable[str]) -> None:
        """Delete files."""
        for name in names:
            with _faults_of(name, missing_ok=True):
                self._store.delete(self._prefix + name)

    @property
    def _store(self) -> "S3Store":
        from obstore.store import S3Store  # noqa: PLC0415 - a folder needs none

        if self._opened is None:
            self._opened = S3Store(
                self._bucket, endpoint=self._access.endpoint or None, region=self._access.region,
                access_key_id=self._access.key_id, secret_access_key=self._access.secret,
                client_options={"allow_http": self._access.endpoint.startswith("http://")},
            )  # fmt: skip
        return self._opened

    def _options(self) -> dict[str, str]:
        told = {
            "aws_endpoint_url": self._access.endpoint, "aws_region": self._access.region,
            "aws_access_key_id": self._access.key_id, "aws_secret_access_key": self._access.secret,
            "aws_allow_http": "true" if self._access.endpoint.startswith("http://") else "",
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


@contextmanager
def _faults_of(name: str, *, missing_ok: bool = False) -> Iterator[None]:
    """Tell what an object store raises as ColumnStoreError."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 - a folder needs none

    try:
        yield
    except (BaseError, OSError) as fault:
        if not (missing_ok and isinstance(fault, FileNotFoundError)):
            raise ColumnStoreError(f"对象存储不可用，或缺少 the object store fails, or lacks {name}") from fault


def _settle(folder: Path) -> None:
    """Have a folder's entries on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
