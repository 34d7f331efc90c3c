"""The instance's key files in a backup, sealed under a passphrase: with the KEK beside it, a dump hides nothing."""

import base64
import hashlib
import os
from pathlib import Path

import msgspec

from gateway.runtime.errors import GatewayError
from signing.errors import SealError
from signing.sealing import seal, unseal

SALT_BYTES = 16
FEWEST_CHARACTERS = 16  # whoever has the backup may guess as long as they like
_CONTEXT = b"xinqiao-backup-keys/1"
_COST = {"n": 2**17, "r": 8, "p": 1, "maxmem": 256 * 1024 * 1024, "dklen": 32}  # OWASP's figures for scrypt


def read_passphrase(file: Path) -> str:
    """Return the first line of a file. Raises GatewayError where it cannot be read or is too short."""
    try:
        phrase = file.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise GatewayError(f"无法读取口令文件 the passphrase file cannot be read: {file}") from fault
    if len(phrase) < FEWEST_CHARACTERS:
        raise GatewayError(
            f"口令至少 {FEWEST_CHARACTERS} 个字符 a passphrase has at least {FEWEST_CHARACTERS} characters"
        )
    return phrase


def seal_keys(keys: Path, passphrase: str, target: Path) -> None:
    """Write all files of the keys' folder into one that the passphrase alone opens."""
    found = {path.name: base64.b64encode(path.read_bytes()).decode() for path in keys.iterdir() if path.is_file()}
    salt = os.urandom(SALT_BYTES)
    target.write_bytes(salt + seal(_key(passphrase, salt), msgspec.json.encode(found), _CONTEXT))


def restore_keys(source: Path, passphrase: str, keys: Path) -> None:
    """Write the key files back; one that is there already stays as it is.

    Raises GatewayError for another passphrase, and, with nothing written, where a file is there with other contents.
    """
    sealed = source.read_bytes()
    try:
        opened = unseal(_key(passphrase, sealed[:SALT_BYTES]), sealed[SALT_BYTES:], _CONTEXT)
    except SealError as fault:
        raise GatewayError("口令不符 this passphrase does not open the keys of the backup") from fault
    files = {name: base64.b64decode(text) for name, text in msgspec.json.decode(opened, type=dict[str, str]).items()}
    if others := [name for name in files if (keys / name).exists() and (keys / name).read_bytes() != files[name]]:
        raise GatewayError(
            f"{keys} 中已有不同的密钥文件，不覆盖 other key files are there, none is overwritten: {'、'.join(others)}"
        )
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, contents in files.items():
        if not (keys / name).exists():
            with os.fdopen(os.open(keys / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(contents)
                file.flush()
                os.fsync(file.fileno())


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, **_COST)
