"""Signing keys: generated, named by their thumbprint (RFC 7638), kept as private JWK (RFC 7517)."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from signing.errors import KeyFileError


@dataclass(frozen=True)
class SigningKey:
    """A private key with the suite it signs in: "Ed25519" (RFC 8037) or "ES256" (RFC 7518 3.4)."""

    kid: str
    alg: str
    jwk: OKPKey | ECKey


def generate_key(alg: str) -> SigningKey:
    """Make a new key; `alg` is "Ed25519" or "ES256"."""
    if alg == "Ed25519":
        okp = OKPKey.generate_key("Ed25519")
        return SigningKey(okp.thumbprint(), alg, okp)
    if alg == "ES256":
        ec = ECKey.generate_key("P-256")
        return SigningKey(ec.thumbprint(), alg, ec)
    raise KeyFileError(f"算法须为 Ed25519 或 ES256 unknown suite {alg!r}: use Ed25519 or ES256")


def public_jwk(key: SigningKey) -> dict[str, str]:
    """Return the public members with kid, alg and use."""
    members = {name: str(value) for name, value in key.jwk.as_dict(private=False).items()}
    return {**members, "kid": key.kid, "alg": key.alg, "use": "sig"}


def private_bytes(key: SigningKey) -> bytes:
    """Return the private JWK as JSON bytes, for sealing or a key file."""
    return json.dumps({**key.jwk.as_dict(private=True), "alg": key.alg, "kid": key.kid}).encode()


def key_from_private(data: bytes) -> SigningKey:
    """Read what `private_bytes` wrote. Raises KeyFileError."""
    try:
        members = json.loads(data)
        if members.get("kty") == "OKP" and members.get("crv") == "Ed25519" and "d" in members:
            okp = OKPKey.import_key({name: members[name] for name in ("kty", "crv", "x", "d")})
            return SigningKey(okp.thumbprint(), "Ed25519", okp)
        if members.get("kty") == "EC" and members.get("crv") == "P-256" and "d" in members:
            ec = ECKey.import_key({name: members[name] for name in ("kty", "crv", "x", "y", "d")})
            return SigningKey(ec.thumbprint(), "ES256", ec)
    except (ValueError, KeyError, AttributeError, JoseError) as fault:
        raise KeyFileError from fault
    raise KeyFileError(
        "密钥文件中没有 Ed25519 或 P-256 私钥 the key file holds no private Ed25519 or P-256 JWK (RFC 8037, RFC 7518)"
    )


def load_key(path: Path) -> SigningKey:
    """Read a private JWK file. Raises KeyFileError that names the file, never its content."""
    try:
        return key_from_private(path.read_bytes())
    except OSError as fault:
        raise KeyFileError(f"读不到密钥文件 the key file {path} cannot be read: {type(fault).__name__}") from fault
    except KeyFileError as fault:
        raise KeyFileError(f"{path}: {fault}") from fault


def save_key(path: Path, key: SigningKey) -> None:
    """Write a private JWK file that only its owner can read. An existing file is not overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise KeyFileError(f"已有 {path}，私钥不覆盖 {path} exists: a private key is never overwritten") from fault
    with os.fdopen(descriptor, "wb") as file:
        file.write(private_bytes(key))
        file.flush()
        os.fsync(file.fileno())
