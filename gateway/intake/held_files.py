"""The bytes of held submissions and previewed files, sealed under the KEK while they wait: persons may be among them.

A file is sealed in pieces, each bound to the submission and its place, so that memory does not grow with it.
"""

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from gateway.intake.submission import Submission
from gateway.runtime.denial import DeniedError
from signing.errors import SealError
from signing.sealing import NONCE_BYTES, seal, unseal

PIECE = 1 << 20
MAPPING = ".mapping"
_LOST = "暂存的文件已丢失或改变，请部门重新提交。The file that was held is lost or changed: have it sent again."
_SEALED = NONCE_BYTES + PIECE + 16  # the nonce before, GCM's tag behind


@contextmanager
def as_file(submission: Submission, spool: Path) -> Iterator[Path]:
    """Give a submission as a file, to be held: as it came, else as CSV."""
    if submission.file:
        yield submission.file
        return
    table = submission.read()
    with tempfile.NamedTemporaryFile("w", dir=spool, suffix=".csv", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.header, *(cells for _, cells in table.rows)])
        file.flush()
        yield Path(file.name)


def keep_sealed(kek: bytes, held_id: UUID, file: Path, kept: Path) -> bytes:
    """Copy a file to where it lasts, sealed, and return SHA-256 of what was read."""
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with file.open("rb") as source, kept.open("xb") as target:
        for place, piece in enumerate(iter(lambda: source.read(PIECE), b"")):
            digest.update(piece)
            target.write(seal(kek, piece, _context(held_id, place)))
        target.flush()
        os.fsync(target.fileno())
    return digest.digest()


def open_sealed(kek: bytes, held_id: UUID, kept: Path, digest: bytes, target: Path) -> None:
    """Write what was held into `target`. Raises DeniedError where it is no longer what came."""
    found = hashlib.sha256()
    try:
        with target.open("wb") as opened:
            for piece in _pieces(kek, held_id, kept):
                found.update(piece)
                opened.write(piece)
    except (FileNotFoundError, SealError):
        found = hashlib.sha256()
    if found.digest() != digest:
        raise DeniedError("malformed-delivery", _LOST)


def keep_mapping(kek: bytes, held_id: UUID, mapping: bytes, kept: Path) -> None:
    """Keep, sealed beside a held submission, the mapping it was handed in with."""
    with kept.with_suffix(MAPPING).open("xb") as target:
        target.write(seal(kek, mapping, _mapping_of(held_id)))
        target.flush()
        os.fsync(target.fileno())


def open_mapping(kek: bytes, held_id: UUID, kept: Path) -> bytes:
    """Return the mapping a held submission was handed in with. Raises DeniedError where it is no longer there."""
    try:
        return unseal(kek, kept.with_suffix(MAPPING).read_bytes(), _mapping_of(held_id))
    except (FileNotFoundError, SealError) as fault:
        raise DeniedError("malformed-delivery", _LOST) from fault


def forget(kept: Path) -> None:
    """Delete what is kept of a held submission."""
    for file in (kept, kept.with_suffix(MAPPING)):
        file.unlink(missing_ok=True)


def _pieces(kek: bytes, held_id: UUID, kept: Path) -> Iterator[bytes]:
    with kept.open("rb") as source:
        for place, sealed in enumerate(iter(lambda: source.read(_SEALED), b"")):
            yield unseal(kek, sealed, _context(held_id, place))


def _context(held_id: UUID, place: int) -> bytes:
    return f"held:{held_id}:{place}".encode()


def _mapping_of(held_id: UUID) -> bytes:
    return f"held:{held_id}:mapping".encode()
