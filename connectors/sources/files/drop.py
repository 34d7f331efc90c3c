"""Files dropped into a place: each is one delivery, taken once; a file that was changed is another delivery.

The watermark holds the token of every file that was taken and is still there: a file with an early name or an old date
that comes late is not missed. Files are taken in the order of their names.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from connectors.decoding.decode import Table, decode
from connectors.errors import ConnectorError, MalformedError
from connectors.sources.files.places import File, Files, Folder, Place
from connectors.sources.files.s3 import S3
from connectors.sources.files.sftp import Sftp
from connectors.sources.protocol import Slice, Stream, file_slice

MOST_SHOWN = 10


class DropSource:
    """Files dropped into a place."""

    def __init__(self, config: Place) -> None:
        """Take the configuration; nothing connects yet."""
        self._place = config

    def check(self) -> None:
        """List the place. Raises ConnectorError; links among the files are named, for they are never followed."""
        with self._place.opened() as files:
            files.listed()
            if links := files.links():
                raise ConnectorError(f"不跟随链接 links are not followed: {', '.join(sorted(links)[:MOST_SHOWN])}")

    def discover(self) -> Sequence[Stream]:
        """Return the first files that are whole, and their columns. Raises ConnectorError."""
        streams = []
        with self._place.opened() as files:
            for file in self._place.whole(files.listed(), self._place.now())[:MOST_SHOWN]:
                path = copied(files, file)
                try:
                    streams.append(Stream(file.name, decode(path).header))
                except MalformedError as fault:
                    raise MalformedError(f"{file.name}: {fault}") from fault
                finally:
                    path.unlink()
        return streams

    def read(self, after: str | None) -> Slice | None:
        """Return the first file that was not taken as it is now. Raises ConnectorError."""
        taken = read_tokens(after)
        with self._place.opened() as files:
            present = files.listed()
            kept = {name: token for name, token in taken.items() if name in present}
            for file in self._place.whole(present, self._place.now()):
                if taken.get(file.name) == file.token:
                    continue
                watermark = msgspec.json.encode(kept | {file.name: file.token}).decode()
                if file.size > self._place.largest_bytes:
                    return refusal(
                        file.name, f"超过 more than {self._place.largest_bytes} bytes", file.token, watermark
                    )
                path = copied(files, file)
                if files.listed().get(file.name) == file:
                    return file_slice(path, watermark, file.name, path.unlink)
                path.unlink()  # it is still being written: the next turn takes it
        return None


class FolderSource(DropSource):
    """本机文件夹 A folder of this machine that files are dropped into."""

    Config = Folder


class SftpSource(DropSource):
    """SFTP 文件夹 A folder on an SFTP server that files are dropped into."""

    Config = Sftp


class S3Source(DropSource):
    """S3 对象存储 A prefix of a bucket that files are dropped into."""

    Config = S3


def copied(files: Files, file: File) -> Path:
    """Copy a file into one of our own, readable by us alone: what is judged is what is stored. Raises as `fetch`."""
    descriptor, name = tempfile.mkstemp(prefix="xinqiao-")
    os.close(descriptor)
    path = Path(name)
    try:
        files.fetch(file, path)
    except BaseException:
        path.unlink()
        raise
    return path


def refusal(name: str, reason: str, token: str, watermark: str, batch: str = "") -> Slice:
    """Return a delivery that is refused as soon as it is opened."""

    def refuse() -> Table:
        raise MalformedError(f"{name}: {reason}")

    return Slice(refuse, hashlib.sha256(f"{name}:{token}".encode()).digest(), watermark, delivery=name, batch=batch)


def read_tokens(after: str | None) -> Mapping[str, str]:
    """Return the token of each file that was taken. Raises ConnectorError if it is not a watermark."""
    try:
        return msgspec.json.decode(after, type=dict[str, str]) if after else {}
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise ConnectorError("增量位点无效，请重置 the watermark cannot be read: reset it") from fault
