"""A file as a request body that can be sent again, whole or from where it stopped."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

CHUNK_BYTES = 256 * 1024
PIECE_BYTES = 8 * 1024 * 1024


class FileBody:
    """A file, its size and its digest, read once when it is opened."""

    def __init__(self, path: Path) -> None:
        """Take a file that does not change while it is sent."""
        self._path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            self._digest = hashlib.file_digest(file, "sha256")

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    @property
    def hexdigest(self) -> str:
        """SHA-256 in hex."""
        return self._digest.hexdigest()

    @property
    def field(self) -> str:
        """The digest as a header field has it (RFC 9530)."""
        return f"sha-256=:{b64encode(self._digest.digest()).decode()}:"

    def piece(self, at: int) -> bytes:
        """Return the next piece from an offset on."""
        with self._path.open("rb") as file:
            file.seek(at)
            return file.read(PIECE_BYTES)
