"""What a backup's folder holds: said in its manifest, and found again before anything is restored."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from gateway.runtime.errors import GatewayError

NAME = "manifest.json"
FORMAT = "xinqiao-backup/1"
DATABASE = "database.dump"
KEYS = "keys.sealed"
HELD = "held"  # a folder: submissions that wait for a decision, sealed under the KEK as they lie in the spool


class Log(msgspec.Struct, frozen=True):
    """The audit log as it was: entries in the tree and waiting for it, the root (hex), the newest checkpoint."""

    size: int
    waiting: int
    root: str
    checkpoint: str | None


class Manifest(msgspec.Struct, frozen=True):
    """A backup: of which instance, when, by which release, at which migration; its log; SHA-256 (hex) of each file.

    `entry` is the entry of the log that says it was made; earlier releases did not name it.
    """

    format: str
    instance: str
    origin: str
    made_at: datetime
    release: str
    revision: str
    log: Log
    files: dict[str, str]
    entry: str | None = None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest."""
    (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))


def load_manifest(folder: Path) -> Manifest:
    """Read the manifest and compare every file with it.

    Raises GatewayError where it is not there or not ours, and where a file is missing, changed or not named in it.
    """
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as fault:
        raise GatewayError(f"{folder} 不是备份目录 holds no backup: {NAME}") from fault
    if manifest.format != FORMAT:
        raise GatewayError(f"备份格式 {manifest.format} 未知 the format of this backup is not known")
    found = hash_files(folder)
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong:
        raise GatewayError(
            f"备份已损坏，与清单不符 the backup is damaged, these files are not as it says: {'、'.join(wrong)}"
        )
    return manifest


def manifest_digest(folder: Path) -> str:
    """Return SHA-256 (hex) of the manifest as it lies there."""
    return hashlib.sha256((folder / NAME).read_bytes()).hexdigest()


def hash_files(folder: Path) -> dict[str, str]:
    """Return SHA-256 (hex) of each file but the manifest, by its path in the folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / NAME:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
