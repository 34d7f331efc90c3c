"""Private keys of a client: JWK files (RFC 7517), and what they sign with."""

import json
import os
from pathlib import Path
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = ECKey | OKPKey | RSAKey
ALGORITHMS = {"EC": "ES256", "OKP": "Ed25519", "RSA": "PS256"}
KINDS: dict[str, Any] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS.values()))


def create_key(path: str | Path) -> Path:
    """Write a new P-256 private key to `path`, readable by its owner alone, and return the file of its public half.

    Raises FileExistsError: a private key is never overwritten.
    """
    private, public = Path(path), Path(f"{path}.pub")
    key = ECKey.generate_key("P-256")
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({**key.as_dict(private=True), "kid": key.thumbprint()}, file)
    public.write_text(json.dumps({**key.as_dict(private=False), "kid": key.thumbprint()}))
    return public


def load_key(path: str | Path) -> Key:
    """Read a private JWK file: P-256, Ed25519 or RSA. Raises ValueError that names the file."""
    try:
        text = Path(path).read_text()
    except OSError as fault:
        raise ValueError(f"读不到密钥文件 {path} cannot be read: is it there, and yours to read?") from fault
    try:
        members = json.loads(text)
        key: Key = KINDS[members["kty"]].import_key({name: members[name] for name in members if name != "alg"})
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"{path} 不是 JWK 私钥 holds no private JWK") from fault
    if not key.is_private:
        raise ValueError(f"{path} 是公钥，请用私钥 holds a public key: give the private one")
    return key


def sign(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    """Sign a JWT in the one suite of the key's type."""
    return jwt.encode({"alg": ALGORITHMS[key.key_type], **header}, claims, key, registry=_REGISTRY)


def sign_batch(key: Key, batch: str, dataset: str, sha256: str) -> str:
    """Sign a delivery, as Batch-Signature carries it: evidence that the agency sent exactly these bytes."""
    header = {"kid": key.kid or key.thumbprint(), "typ": "xinqiao-batch-signature+jws"}
    return sign(header, {"batch": batch, "dataset": dataset, "sha256": sha256}, key)


def sign_answer(key: Key, body: bytes) -> str:
    """Sign a provider's answer, as X-JWS-Signature carries it: over the bytes that are sent (RFC 7797)."""
    header = {"alg": ALGORITHMS[key.key_type], "b64": False, "crit": ["b64"], "kid": key.kid or key.thumbprint()}
    signed = jws.serialize_compact(header, body, key, registry=_REGISTRY)
    return f"{signed.partition('.')[0]}..{signed.rpartition('.')[2]}"
