"""The key store: the instance's private keys, kept in the database sealed under the key-encryption key (KEK)."""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.runtime.errors import GatewayError, NotInitialisedError
from gateway.runtime.settings import Settings
from signing.errors import SealError
from signing.keys import SigningKey, generate_key, key_from_private, private_bytes, public_jwk
from signing.sealing import seal, unseal

KEK_BYTES = 32
JWKS_CACHE_SECONDS = 300  # how long others may keep our JWKS: a key is published at least this long before its use
# What the instance signs, and in which suite (design: one key per kind of statement).
PURPOSES: Mapping[str, str] = {
    "token": "ES256",
    "batch": "Ed25519",
    "consent": "Ed25519",
    "answer": "Ed25519",
    "delivery": "Ed25519",
    "audit": "Ed25519",
}
_KNOWN = text("SELECT kid, purpose, status, public, sealed FROM instance_key ORDER BY created_at")


def kek_file(settings: Settings) -> Path:
    """Return where the KEK lies when it does not come from the environment."""
    return settings.instance_home / "keys" / "kek"


def load_kek(settings: Settings) -> bytes:
    """Return the KEK. Raises NotInitialisedError where there is none, GatewayError where it is no 32-byte key."""
    try:
        encoded = settings.kek.get_secret_value() if settings.kek else kek_file(settings).read_text()
    except OSError as fault:
        raise NotInitialisedError from fault
    try:
        kek = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        kek = b""  # the message below must not quote the secret, nor chain to one that does
    if len(kek) != KEK_BYTES:
        raise GatewayError(
            "主密钥须为 32 字节的 base64，请检查 XINQIAO_KEK 或密钥文件 "
            "the KEK must be 32 bytes in base64: check XINQIAO_KEK or the key file"
        )
    return kek


def create_kek(settings: Settings) -> bytes:
    """Make the KEK, readable by its owner alone, unless there is one: from the environment or an unfinished run."""
    path = kek_file(settings)
    if settings.kek or path.exists():
        return load_kek(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(KEK_BYTES)))
        file.flush()
        os.fsync(file.fileno())
    return load_kek(settings)


class KeyStore:
    """The keys in use: one active per purpose signs; what the next and the retiring one sign is verified too."""

    def __init__(self, kek: bytes) -> None:
        """Hold nothing until `load`."""
        self.kek = kek
        self._keys: dict[str, SigningKey] = {}
        self._public: dict[str, list[Mapping[str, Any]]] = {}
        self._version: frozenset[tuple[str, str]] = frozenset()

    async def load(self, session: AsyncSession) -> None:
        """Read the keys. Raises NotInitialisedError where a purpose has none, GatewayError for a wrong KEK."""
        rows = (await session.execute(_KNOWN)).all()
        active = [row for row in rows if row.status == "active"]
        if {row.purpose for row in active} != set(PURPOSES):
            raise NotInitialisedError
        try:
            keys = {row.purpose: key_from_private(unseal(self.kek, row.sealed, row.kid.encode())) for row in active}
        except SealError as fault:
            raise GatewayError(
                "主密钥不是密封本实例密钥的那一把 the KEK is not the one this instance's keys were sealed under"
            ) from fault
        # The active one first: it is the one most statements were signed with.
        public = {p: [r.public for r in active if r.purpose == p] for p in PURPOSES}
        for row in rows:
            # A statement outlives the key it was signed with; a token does not.
            if row.status != "active" and (row.purpose, row.status) != ("token", "retired"):
                public[row.purpose].append(row.public)
        self._keys, self._public = keys, public
        self._version = frozenset((row.kid, row.status) for row in rows)

    def is_current(self, statuses: Mapping[str, str]) -> bool:
        """Tell whether these are the keys held here, by kid and status."""
        return self._version == frozenset(statuses.items())

    def signing(self, purpose: str) -> SigningKey:
        """Return the private key of a purpose."""
        return self._keys[purpose]

    def public(self, purpose: str) -> Mapping[str, Any]:
        """Return the public JWK that signs now for a purpose."""
        return self._public[purpose][0]

    def publics(self, purpose: str) -> list[Mapping[str, Any]]:
        """Return every public JWK of a purpose that a sound statement may be signed with, the active one first."""
        return self._public[purpose]

    def audit_key(self) -> Ed25519PrivateKey:
        """Return the log's key in the form that signs notes, which are no JWS."""
        private = self._keys["audit"].jwk.private_key
        assert isinstance(private, Ed25519PrivateKey), "the audit purpose is Ed25519"  # noqa: S101 - see PURPOSES
        return private


def new_keys(kek: bytes) -> list[dict[str, Any]]:
    """Make one key per purpose, as `new_key` does."""
    return [new_key(kek, purpose) for purpose in PURPOSES]


def new_key(kek: bytes, purpose: str) -> dict[str, Any]:
    """Make a key for a purpose, as the columns kid, purpose, public and sealed."""
    key = generate_key(PURPOSES[purpose])
    sealed = seal(kek, private_bytes(key), key.kid.encode())
    return {"kid": key.kid, "purpose": purpose, "public": public_jwk(key), "sealed": sealed}
