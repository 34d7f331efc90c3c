"""The head store: the last tree head that was signed, on another volume than the database, never restored with it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.errors import ForkError


@dataclass(frozen=True)
class Head:
    """A signed head: origin, size, root and the note itself."""

    origin: str
    size: int
    root: bytes
    note: str


class HeadStore:
    """One file, compared and swapped under a lock, durable when `swap` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "head.json"

    def find(self) -> Head | None:
        """Return the last signed head, None before the first."""
        try:
            kept = json.loads(self._file.read_text())
            return Head(kept["origin"], kept["size"], bytes.fromhex(kept["root"]), kept["note"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as fault:
            raise ForkError(
                f"{self._file} 无法读取，运营人员查看之前不再签名 "
                "cannot be read: no head is signed until an operator looked"
            ) from fault

    def swap(self, expected: Head | None, new: Head) -> None:
        """Replace the expected head. Raises ForkError when another one stands there, or the new one is smaller."""
        with self._locked():
            if self.find() != expected:
                raise ForkError("另一发布进程已签名 another publisher signed a head meanwhile")
            if expected is not None and new.size < expected.size:
                raise ForkError(
                    f"树的大小 {new.size} 小于已签名的 "
                    f"{expected.size} size {new.size} is before the signed size {expected.size}"
                )
            self._write(new)

    def set_aside(self, lost: Head, instead: Head | None) -> Path:
        """Let an older head stand instead of one whose entries are lost; the lost one is kept beside it, and returned.

        Raises ForkError when another head stands there meanwhile.
        """
        with self._locked():
            if self.find() != lost:
                raise ForkError("另一发布进程已签名 another publisher signed a head meanwhile")
            kept = self._folder / f"lost-{lost.size}-{lost.root.hex()[:16]}.json"
            kept.write_bytes(self._file.read_bytes())
            if instead:
                self._write(instead)
            else:
                self._file.unlink()
            return kept

    def _write(self, head: Head) -> None:
        fresh = self._file.with_suffix(".new")
        kept = {"origin": head.origin, "size": head.size, "root": head.root.hex(), "note": head.note}
        with fresh.open("w") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "head.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
