"""Personal data at rest: sealed under a key per party, found by keyed hashes, erased by destroying a salt.

How the bulk path uses it (protect.py does so for rows; a column-wise engine may call the same parts):

1. `Protector` holds the instance's secrets and is pure; one per process. `ref_of(kind, value)` names a party: kind and
   value are the record's identifier_type and identifier_value, so what was sealed is found again from the record's row.
   `name_hash(name_key)` is what names are matched by: it replaces every name_key in subject_identifier.value and
   record.identifier_value of kind "name", enterprise or not, so that both sides of a comparison are hashed alike.
2. `SubjectKeys` holds the salts of the parties at hand and is made anew per delivery or request, never kept: another
   process may have erased one. `await ensure(connection, refs)` makes missing salts with one INSERT … ON CONFLICT over
   arrays (thousands at once, in one order, so that two deliveries never wait in a circle) and reads the rest;
   `await load(connection, refs)` only reads. `connection` is psycopg's, or a cursor of it.
3. `seal_many(refs, field, values)` gives one string per value, None for None: "sealed:v1:" and base64url of the party's
   reference (16 bytes) and AES-SIV (RFC 5297) over the value as JSON, with the field's name as associated data. It is
   deterministic, so that a delivery sent again is made of duplicates. `open_many(field, values)` gives the values back,
   None where a party was erased; what is not sealed comes back as it is. `refs_in(values)` says whose salts that takes.
   A record's values are opened under its own party's reference alone (protect.py), so that a sealed value
   somebody copied into another record opens nothing.

An erased party stays erased: what arrives of it later is sealed to nobody, and a nightly list brings nothing back.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard

import orjson
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from connectors.errors import ConnectorError

SEALED = "sealed:v1:"
HASHED = "hashed:v1:"
MASTER_BYTES = 32
SALT_BYTES = 32
REF_BYTES = 16
_ADD = """
    INSERT INTO personal_key (ref, salt, created_at)
    SELECT n.ref, n.salt, now() FROM unnest(%b::text[], %b::bytea[]) AS n (ref, salt) ORDER BY n.ref
    ON CONFLICT (ref) DO NOTHING
"""
_LOAD = "SELECT ref, salt FROM personal_key WHERE ref = ANY(%s::text[])"
Connection = psycopg.AsyncConnection[Any] | psycopg.AsyncCursor[Any]


class SealedError(ConnectorError):
    """A sealed value is not one this instance made for this field: it was changed, or moved."""


class Protector:
    """The instance's secrets for personal data. Pure."""

    def __init__(self, master: bytes) -> None:
        """Take the 32-byte master secret; each use has a key of its own."""
        if len(master) != MASTER_BYTES:
            raise ValueError(f"a master secret has {MASTER_BYTES} bytes")
        self._refs, self._names, self._keys = (
            hmac.digest(master, b"xinqiao-personal/v1/" + use, "sha256") for use in (b"ref", b"name", b"key")
        )

    def ref_of(self, kind: str, value: str) -> str:
        """Return the reference of a party: 32 hex digits that say nothing without the secret."""
        return hmac.digest(self._refs, f"{kind}\n{value}".encode(), "sha256")[:REF_BYTES].hex()

    def name_hash(self, name_key: str) -> str:
        """Return what a name is matched by; nothing for nothing."""
        if not name_key:
            return ""
        return HASHED + _text(hmac.digest(self._names, name_key.encode(), "sha256"))

    def cipher(self, ref: str, salt: bytes) -> AESSIV:
        """Return the cipher of a party."""
        return AESSIV(hmac.digest(self._keys, bytes.fromhex(ref) + salt, "sha512"))


class SubjectKeys:
    """The salts of the parties one delivery or request is about."""

    def __init__(self, protector: Protector) -> None:
        """Hold nothing until `ensure` or `load`."""
        self.protector = protector
        self._ciphers: dict[str, AESSIV | None] = {}

    async def ensure(self, connection: Connection, refs: Iterable[str]) -> None:
        """Read the salts of these parties, making those that are missing, within the caller's transaction."""
        wanted = sorted({ref for ref in refs if ref not in self._ciphers})
        if wanted:
            await self._read(connection, wanted)
            if missing := [ref for ref in wanted if ref not in self._ciphers]:
                await connection.execute(_ADD, [missing, [os.urandom(SALT_BYTES) for _ in missing]])
                await self._read(connection, missing)

    async def load(self, connection: Connection, refs: Iterable[str]) -> None:
        """Read the salts of these parties, as far as there are any."""
        if wanted := sorted({ref for ref in refs if ref not in self._ciphers}):
            await self._read(connection, wanted)

    def holds(self, ref: str) -> bool:
        """Tell whether `ensure` or `load` found a party, be it an erased one."""
        return ref in self._ciphers

    async def _read(self, connection: Connection, refs: list[str]) -> None:
        found = await connection.execute(_LOAD, [refs])
        async for ref, salt in found:
            self._ciphers[ref] = None if salt is None else self.protector.cipher(ref, bytes(salt))

    def seal_many(self, refs: Sequence[str], field: str, values: Sequence[object]) -> list[str | None]:
        """Seal each value (any JSON) of a field for its party. Raises KeyError where `ensure` was not asked for one."""
        named, ciphers = [field.encode()], self._ciphers
        sealed: list[str | None] = []
        for ref, value in zip(refs, values, strict=True):
            if value is None:
                sealed.append(None)
                continue
            cipher = ciphers[ref]
            body = b"" if cipher is None else cipher.encrypt(orjson.dumps(value), named)
            sealed.append(SEALED + _text(bytes.fromhex(ref) + body))
        return sealed

    def open_many(self, field: str, values: Sequence[object]) -> list[Any]:
        """Open each value of a field. Raises SealedError for one that was tampered with."""
        return [self._open(field, value) if is_sealed(value) else value for value in values]

    def _open(self, field: str, value: str) -> object:
        ref, body = _parts(value)
        cipher = self._ciphers.get(ref)
        if cipher is None or not body:
            return None
        try:
            return orjson.loads(cipher.decrypt(body, [field.encode()]))
        except (InvalidTag, ValueError) as fault:
            raise SealedError(f"{field} 的密文不可信 the sealed {field} was changed or moved") from fault


def is_sealed(value: object) -> TypeGuard[str]:
    """Tell whether a value is in its sealed form."""
    return isinstance(value, str) and value.startswith(SEALED)


def is_under(ref: str, value: str) -> bool:
    """Tell whether a sealed value is whole and names this party."""
    try:
        return _parts(value)[0] == ref
    except SealedError:
        return False


def refs_in(values: Iterable[object]) -> set[str]:
    """Return whose salts opening these values takes."""
    return {_parts(value)[0] for value in values if is_sealed(value)}


def _parts(value: str) -> tuple[str, bytes]:
    try:
        text = value[len(SEALED) :]
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) < REF_BYTES:
        raise SealedError("密文不完整 a sealed value is not whole")
    return raw[:REF_BYTES].hex(), raw[REF_BYTES:]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
