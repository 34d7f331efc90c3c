"""HTTP Message Signatures (RFC 9421): the signature base built, and signatures over it verified. Pure.

Structured fields are read and written by `http_sf`; component parameters (;sf, ;key, ;req …) are not understood, and
what is not understood is refused. Keys are JWKs that were registered before; they fix the algorithm.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import http_sf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from signing.errors import SignatureError
from signing.jws import import_public

# By key type: the algorithms of RFC 9421 6.2.2, the first one where `alg` is not given; PS256 is JOSE's (3.3.7).
ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "OKP": ("ed25519",),
    "EC": ("ecdsa-p256-sha256",),
    "RSA": ("PS256", "rsa-pss-sha512"),
}
CLOCK_SECONDS = 30
LARGEST_FIELD = 8 * 1024
_RAW_P256 = 64


@dataclass(frozen=True)
class MessageSignature:
    """One signature as it came: the components it covers and its parameters, serialised (2.3), and its bytes."""

    covered: tuple[str, ...]
    parameters: Mapping[str, Any]
    serialised: str
    signature: bytes


def read_signature(signature_input: str, signature: str, tag: str) -> MessageSignature:
    """Return the one signature with this tag (7.2.2). Raises SignatureError."""
    inputs, values = _dictionary(signature_input), _dictionary(signature)
    labels = [label for label, member in inputs.items() if isinstance(member[0], list) and member[1].get("tag") == tag]
    if len(labels) != 1:
        raise SignatureError(f'Signature-Input：须恰有一个签名带此 tag exactly one signature must have tag="{tag}"')
    components, parameters = inputs[labels[0]]
    value = values.get(labels[0], (None, {}))[0]
    if not isinstance(value, bytes):
        raise SignatureError(f"Signature：{labels[0]} 不是字节序列 the member {labels[0]} is no byte sequence")
    if any(not isinstance(name, str) or modifiers for name, modifiers in components):
        raise SignatureError("Signature-Input：不支持组件参数 component parameters are not supported")
    covered = tuple(str(name) for name, _ in components)
    if len(set(covered)) != len(covered):
        raise SignatureError("Signature-Input：组件重复 a component is covered twice")
    return MessageSignature(covered, parameters, http_sf.ser([inputs[labels[0]]]), value)


def signature_base(covered: Sequence[str], serialised: str, values: Mapping[str, str]) -> str:
    """Return the signature base (2.5). `values`: derived components and lower-case fields. Raises SignatureError."""
    missing = [name for name in covered if name not in values]
    if missing:
        raise SignatureError(f"签名覆盖的内容缺失 the message has no {', '.join(missing)}, which the signature covers")
    lines = [f'"{name}": {values[name]}' for name in covered]
    if any("\n" in line for line in lines):
        raise SignatureError("被签名的内容含换行 a covered component has a line break")
    return "\n".join([*lines, f'"@signature-params": {serialised}'])


def check_times(parameters: Mapping[str, Any], now: float, most_age: float) -> None:
    """Check created and expires (2.3). Raises SignatureError."""
    created, expires = parameters.get("created"), parameters.get("expires")
    if type(created) is not int or not now - most_age <= created <= now + CLOCK_SECONDS:
        raise SignatureError(
            f"created 须在 {most_age:.0f} 秒以内，请校对时钟 "
            f"created must be given, at most {most_age:.0f} seconds ago: check the clock"
        )
    if expires is not None and (type(expires) is not int or expires < now):
        raise SignatureError("签名已过期 the signature has expired")


def find_key(parameters: Mapping[str, Any], jwks: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], str]:
    """Return the registered key that is named, and the algorithm it is used in. Raises SignatureError."""
    keyid, alg = parameters.get("keyid"), parameters.get("alg")
    jwk = next((jwk for jwk in jwks if jwk.get("kid") == keyid), None) if isinstance(keyid, str) else None
    if jwk is None:
        raise SignatureError("keyid 不是已登记的密钥 keyid names no key that is registered")
    allowed = ALGORITHMS.get(str(jwk.get("kty")), ())
    if not allowed or (alg is not None and alg not in allowed):
        raise SignatureError("算法与密钥不符 the algorithm is not one of the key's")
    return jwk, allowed[0] if alg is None else str(alg)


def verify_bytes(base: bytes, signature: bytes, jwk: Mapping[str, Any], alg: str) -> None:
    """Verify a signature (3.3) by a public JWK. Raises SignatureError."""
    try:
        key = import_public(jwk)
        if isinstance(key, OKPKey):
            key.public_key.verify(signature, base)  # type: ignore[union-attr]  # Ed25519 alone is imported
        elif isinstance(key, ECKey):
            if len(signature) != _RAW_P256:
                raise SignatureError
            r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
            key.public_key.verify(encode_dss_signature(r, s), base, ec.ECDSA(hashes.SHA256()))
        else:
            suite: hashes.HashAlgorithm = hashes.SHA512() if alg == "rsa-pss-sha512" else hashes.SHA256()
            pss = padding.PSS(padding.MGF1(suite), suite.digest_size)
            key.public_key.verify(signature, base, pss, suite)
    except (InvalidSignature, JoseError, ValueError) as fault:
        raise SignatureError from fault


def byte_sequence(data: bytes) -> str:
    """Return bytes as a structured field has them (RFC 9651 4.1.8)."""
    return f":{base64.b64encode(data).decode()}:"


def _dictionary(field: str) -> dict[str, Any]:
    if len(field) > LARGEST_FIELD:
        raise SignatureError("签名字段过大 the signature fields are too large")
    try:
        parsed = http_sf.parse(field.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_twice)
    except (http_sf.StructuredFieldError, ValueError) as fault:
        raise SignatureError(
            "Signature-Input 或 Signature 不是结构化字段 "
            "Signature-Input or Signature is no dictionary of structured fields (RFC 9651)"
        ) from fault
    if not isinstance(parsed, dict):
        raise SignatureError("Signature-Input 或 Signature 不是字典 Signature-Input or Signature is no dictionary")
    return parsed


def _refuse_twice(key: str, *_rest: object) -> None:
    raise SignatureError(f"{key[:50]} 重复 is given twice")
