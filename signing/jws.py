"""Signed statements: JWS compact serialisation (RFC 7515) over canonical JSON, one `typ` per kind of statement."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from signing.canonical import canonical_bytes
from signing.compact import sign_compact
from signing.errors import SignatureError
from signing.keys import SigningKey

MAX_STATEMENT_BYTES = 4 * 1024 * 1024
# A key's type fixes the suites it may be used in: the token's own header never chooses (RFC 8725 3.1).
SUITES: dict[str, tuple[str, ...]] = {"OKP": ("Ed25519", "EdDSA"), "EC": ("ES256",), "RSA": ("PS256",)}
ALGORITHMS = sorted({name for names in SUITES.values() for name in names})
SMALLEST_RSA_BITS = 2048
KEYS_KEPT = 2048  # keys remembered by each process; a caller that sends many keys only pushes out the oldest
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS)
_REGISTRY.max_payload_length = MAX_STATEMENT_BYTES
_REGISTRY.max_header_length = 2048

PublicKey = OKPKey | ECKey | RSAKey


def sign_jws(payload: Mapping[str, object], key: SigningKey, typ: str) -> str:
    """Sign a JSON object; the header names suite, key id and type."""
    return sign_compact(canonical_bytes(dict(payload)), key, typ).decode()


def verify_jws(token: str, jwks: Sequence[Mapping[str, object]], typ: str) -> dict[str, object]:
    """Return the payload of a statement signed by one of `jwks` (public JWKs, chosen by kid).

    Raises SignatureError with the reason: malformed, other type, unknown key, suite not that of the key, signature.
    """
    header = _header_of(token)
    if header.get("typ") != typ:
        raise SignatureError(f"类型不符 this statement is not of type {typ}")
    kid = header.get("kid")
    members = next((jwk for jwk in jwks if jwk.get("kid") == kid), None) if isinstance(kid, str) else None
    if members is None:
        raise SignatureError("签名密钥未登记 signed with a key that is not registered")
    return _verified(token, header, members)


def verify_with(token: str, jwk: Mapping[str, object], typ: str) -> dict[str, object]:
    """Return the payload of a statement that this very key signed, whatever name of it the header gives, or none.

    Raises SignatureError as verify_jws.
    """
    header = _header_of(token)
    if header.get("typ") != typ:
        raise SignatureError(f"类型不符 this statement is not of type {typ}")
    return _verified(token, header, jwk)


def _verified(token: str, header: Mapping[str, object], members: Mapping[str, object]) -> dict[str, object]:
    if header.get("alg") not in SUITES.get(str(members.get("kty")), ()):
        raise SignatureError("算法与密钥不符 the suite is not one of the key's")
    _check_padding_bits(token)
    try:
        statement = jws.deserialize_compact(token.encode(), import_public(members), registry=_REGISTRY)
        payload = json.loads(statement.payload)
    except (JoseError, ValueError) as fault:
        raise SignatureError from fault
    if not isinstance(payload, dict):
        raise SignatureError("内容不是 JSON 对象 the payload is not a JSON object")
    return payload


def import_public(members: Mapping[str, object]) -> PublicKey:
    """Read a public JWK; `alg` is dropped, since one Ed25519 key goes by two names (RFC 8037, RFC 9864).

    The same members give the same object, which must not be changed: reading one takes half as long as a signature.
    """
    plain = [(str(name), value) for name, value in members.items() if name in {"kty", "crv", "x", "y", "n", "e"}]
    if not all(isinstance(value, str) for _, value in plain):
        raise SignatureError("密钥的成员须为文本 the members of a key are texts")
    return _read_public(frozenset(plain))


@lru_cache(KEYS_KEPT)
def _read_public(members: frozenset[tuple[str, str]]) -> PublicKey:
    plain = dict(members)
    match plain.get("kty"):
        case "OKP" if plain.get("crv") == "Ed25519":
            return OKPKey.import_key(plain)  # type: ignore[arg-type]  # checked by the library
        case "EC" if plain.get("crv") == "P-256":
            return ECKey.import_key(plain)  # type: ignore[arg-type]  # checked by the library
        case "RSA":
            return RSAKey.import_key(plain)  # type: ignore[arg-type]  # checked by the library
    raise SignatureError("密钥须为 Ed25519、P-256 或 RSA the key is neither Ed25519, P-256 nor RSA")


def key_id_of(token: str) -> str | None:
    """Return the key id a statement names, unverified. Raises SignatureError when it is no JWS at all."""
    kid = _header_of(token).get("kid")
    return kid if isinstance(kid, str) else None


def type_of(token: str) -> str | None:
    """Return the type a statement names, unverified. Raises SignatureError when it is no JWS at all."""
    typ = _header_of(token).get("typ")
    return typ if isinstance(typ, str) else None


@dataclass(frozen=True)
class Header:
    """The header of a statement; `understood`: all that it names means something here (RFC 7515 4.1.11)."""

    members: Mapping[str, object]
    understood: bool


@lru_cache(KEYS_KEPT)
def read_header(segment: str) -> Header:
    """Read the first part of a statement, which is the same for most statements of a key.

    Raises SignatureError for one that is none; what is wrong is not kept.
    """
    members = _header_of(f"{segment}.e30.AA")
    try:
        _REGISTRY.check_header(members)
        understood = "crit" not in members  # no extension is, an unencoded payload (RFC 7797) least of all
    except JoseError:
        understood = False
    return Header(MappingProxyType(members), understood)


def payload_of(token: str) -> dict[str, Any]:
    """Return the payload of a statement that was verified before; this checks nothing."""
    read: dict[str, Any] = json.loads(jws.extract_compact(token.encode(), registry=_REGISTRY).payload)
    return read


def signed_bytes(token: str) -> bytes:
    """Return the bytes that a statement of ours signs, which was verified before; this checks nothing."""
    payload = token.split(".", 2)[1]
    return urlsafe_b64decode(payload + "==="[: -len(payload) % 4])


def _check_padding_bits(token: str) -> None:
    """Refuse a signature whose last character has unused bits set: it would be a second text of the same signature
    (RFC 4648 3.5).
    """
    signature = token.rpartition(".")[2]
    try:
        spelled = urlsafe_b64encode(urlsafe_b64decode(signature + "=" * (-len(signature) % 4))).rstrip(b"=").decode()
    except ValueError as fault:
        raise SignatureError("签名不是 base64url the signature is no base64url") from fault
    if spelled != signature:
        raise SignatureError("签名的 base64url 写法不规范 the signature is not spelled as base64url has it")


def _header_of(token: str) -> dict[str, object]:
    if len(token) > 2 * MAX_STATEMENT_BYTES:
        raise SignatureError("签名文本过大 the statement is too large")
    try:
        header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
    except (JoseError, ValueError) as fault:
        raise SignatureError("不是紧凑格式的 JWS this is not a JWS in compact form (RFC 7515 7.1)") from fault
    return dict(header)
