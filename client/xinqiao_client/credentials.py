"""Credentials that an enterprise shows whom it likes: SD-JWT (RFC 9901) with key binding. All of it works offline.

    shown = present(credential, ["band"], key, audience="https://bank.example", nonce=nonce)     # the enterprise
    claims = verify(shown, issuer_keys, audience="https://bank.example", nonce=nonce)            # the bank

Verifying (RFC 9901 7.1 and 7.3):

1. The issuer's signature, by the key that its metadata publishes; its type.
2. Every disclosure is an array of the right form, of which the digest stands in the credential exactly once; no digest
   stands there twice, and no name is given twice.
3. The credential holds now, and is of the issuer and of the type that were asked for.
4. The holder signed this very presentation, for this audience and nonce, lately, with the key the credential names.
"""

import hashlib
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from xinqiao_client.keys import KINDS, Key, sign

TYPE, KEY_BINDING = "dc+sd-jwt", "kb+jwt"
FRESH_SECONDS, SKEW_SECONDS = 300, 60
LONGEST = 256 * 1024
MOST_DISCLOSURES = 256
DEEPEST = 16
_SUITES = {"EC": ("ES256",), "OKP": ("Ed25519", "EdDSA"), "RSA": ("PS256",)}
_REGISTRY = jws.JWSRegistry(algorithms=[name for names in _SUITES.values() for name in names])


class CredentialError(ValueError):
    """A credential, or what was presented of it, is not to be believed; the message says why."""


def disclosures_of(credential: str) -> dict[str, str]:
    """Return what a credential of one's own can disclose: names, and the values as JSON. Nothing is verified."""
    parts = [_decoded(one) for one in credential.split("~")[1:-1]]
    return {part[1]: json.dumps(part[2], ensure_ascii=False) for part in parts if len(part) == 3}


def present(
    credential: str, names: Collection[str], key: Key, *, audience: str, nonce: str, now: int | None = None
) -> str:
    """Return what shows these members of a credential to one audience, in answer to its nonce.

    Raises CredentialError where the credential has no member of such a name.
    """
    issued, *given = credential.split("~")[:-1]
    kept = {part[1]: one for one in given if len(part := _decoded(one)) == 3}
    if unknown := sorted(set(names) - kept.keys()):
        raise CredentialError(f"凭证中没有 the credential has no {', '.join(unknown)}")
    shown = "~".join([issued, *(one for name, one in kept.items() if name in names), ""])
    claims = {"iat": int(time.time()) if now is None else now, "aud": audience, "nonce": nonce, "sd_hash": _hash(shown)}
    return shown + sign({"typ": KEY_BINDING}, claims, key)


def verify(
    presented: str, issuer_keys: Sequence[Mapping[str, Any]], *, audience: str, nonce: str, issuer: str | None = None,
    vct: str | None = None, typ: str = TYPE, now: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the members that a presentation discloses, and those that stand open. Raises CredentialError."""
    moment = int(time.time()) if now is None else now
    if len(presented) > LONGEST or not presented.isascii():
        raise CredentialError("过长或不是 ASCII too long, or not ASCII")
    issued, *given = presented.split("~")
    binding = given.pop() if given else ""
    if not binding:
        raise CredentialError("没有持有人的签名 there is no key binding: a copy proves nothing")
    claims = _disclosed(_verified(issued, issuer_keys, typ), given)
    _check_times(claims, moment)
    for name, wanted in (("iss", issuer), ("vct", vct)):
        if wanted is not None and claims.get(name) != wanted:
            raise CredentialError(f"{name} 不是所要求的 is not the one that was asked for")
    shown = presented[: len(presented) - len(binding)]
    _check_binding(claims, binding, {"aud": audience, "nonce": nonce, "sd_hash": _hash(shown)}, moment)
    return claims


def _check_binding(claims: Mapping[str, Any], binding: str, wanted: Mapping[str, str], now: int) -> None:
    """Pass where the holder whom the credential names signed what is wanted, lately."""
    holder = (claims.get("cnf") or {}).get("jwk")
    if not isinstance(holder, Mapping):
        raise CredentialError("凭证没有写明持有人的公钥 the credential names no key of its holder")
    bound = _verified(binding, [holder], KEY_BINDING)
    for name, value in wanted.items():
        if bound.get(name) != value:
            raise CredentialError(f"持有人签名的 {name} 不符 the {name} of the key binding is another")
    at = bound.get("iat")
    if not isinstance(at, int) or not now - FRESH_SECONDS <= at <= now + SKEW_SECONDS:
        raise CredentialError("持有人的签名不是刚刚作出的 the key binding was not made just now")


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    """Pass where a credential holds now: a moment that is no whole number is none."""
    ends, begins = claims.get("exp"), claims.get("nbf")
    if ends is not None and not (isinstance(ends, int) and now < ends):
        raise CredentialError("凭证已过期 the credential has ended")
    if begins is not None and not (isinstance(begins, int) and begins <= now + SKEW_SECONDS):
        raise CredentialError("凭证尚未生效 the credential does not hold yet")


def _verified(token: str, keys: Sequence[Mapping[str, Any]], typ: str) -> dict[str, Any]:
    """Return the payload of a JWT of this type that one of these keys signed; a key's type fixes its suites."""
    try:
        header = json.loads(_bytes(token.split(".", 1)[0]))
        kid = header.get("kid")
        jwk = next((key for key in keys if kid is None or key.get("kid") == kid), {})
        sound = header.get("typ") == typ and header.get("alg") in _SUITES.get(str(jwk.get("kty")), ())
        plain = {name: value for name, value in jwk.items() if name not in {"alg", "kid", "use"}}
        key = KINDS[str(plain["kty"])].import_key(plain)
        payload = json.loads(jws.deserialize_compact(token.encode(), key, registry=_REGISTRY).payload)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise CredentialError("密钥未登记或签名不对 an unknown key, or a wrong signature") from fault
    if not sound:
        raise CredentialError("类型或算法不符 another type or suite than is believed")
    if not isinstance(payload, dict):
        raise CredentialError("内容不是 JSON 对象 the payload is no JSON object")
    return payload


def _disclosed(payload: dict[str, Any], given: Sequence[str]) -> dict[str, Any]:
    """Put the disclosures in the places of their digests (RFC 9901 7.1.3 and 4)."""
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise CredentialError("摘要算法不是 SHA-256 the digests are not of SHA-256")
    found = {_hash(one): _decoded(one) for one in given}
    if len(found) < len(given) or len(given) > MOST_DISCLOSURES:
        raise CredentialError("披露重复或过多 a disclosure stands twice, or there are too many")
    seen: set[str] = set()
    claims = _open(payload, found, seen, 0)
    if unused := found.keys() - seen:
        raise CredentialError(f"有 {len(unused)} 项披露不属于此凭证 disclosures that the credential does not name")
    claims.pop("_sd_alg", None)
    return dict(claims)


def _open(value: Any, found: Mapping[str, list[Any]], seen: set[str], depth: int) -> Any:  # noqa: ANN401 - JSON
    if depth > DEEPEST:
        raise CredentialError("嵌套过深 nested too deeply")
    if isinstance(value, dict):
        return _open_object(value, found, seen, depth)
    if isinstance(value, list):
        return _open_array(value, found, seen, depth)
    return value


def _open_object(
    value: Mapping[str, Any], found: Mapping[str, list[Any]], seen: set[str], depth: int
) -> dict[str, Any]:
    opened = {name: _open(one, found, seen, depth + 1) for name, one in value.items() if name != "_sd"}
    for digest in value.get("_sd", ()):
        if (part := _part(digest, found, seen, 3)) is None:
            continue
        name = part[1]
        if not isinstance(name, str) or name in {"_sd", "..."} or name in opened:
            raise CredentialError("披露的名称重复或不允许 a name is given twice, or may not be given")
        opened[name] = _open(part[2], found, seen, depth + 1)
    return opened


def _open_array(value: list[Any], found: Mapping[str, list[Any]], seen: set[str], depth: int) -> list[Any]:
    opened = []
    for one in value:
        if not (isinstance(one, dict) and set(one) == {"..."}):
            opened.append(_open(one, found, seen, depth + 1))
        elif (part := _part(one["..."], found, seen, 2)) is not None:
            opened.append(_open(part[1], found, seen, depth + 1))
    return opened


def _part(digest: object, found: Mapping[str, list[Any]], seen: set[str], length: int) -> list[Any] | None:
    """Return the disclosure of a digest, None where it is not disclosed."""
    if not isinstance(digest, str) or digest in seen:
        raise CredentialError("摘要重复或不是文本 a digest stands twice, or is no text")
    seen.add(digest)
    part = found.get(digest)
    if part is not None and len(part) != length:
        raise CredentialError("披露的形式不对 a disclosure is not of the form that its place asks for")
    return part


def _decoded(disclosure: str) -> list[Any]:
    try:
        part = json.loads(_bytes(disclosure))
    except (ValueError, RecursionError) as fault:
        raise CredentialError("披露不能读取 a disclosure cannot be read") from fault
    if not isinstance(part, list) or len(part) not in {2, 3}:
        raise CredentialError("披露的形式不对 a disclosure is not of the form that its place asks for")
    return part


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hash(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode("ascii")).digest()).rstrip(b"=").decode()
