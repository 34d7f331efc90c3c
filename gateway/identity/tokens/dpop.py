"""DPoP proofs (RFC 9449 4.3): read and checked. Pure: no clock, no memory of what was seen."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from joserfc.errors import JoseError

from signing.compact import Verifier, decode_segment, verifier_of
from signing.errors import SignatureError
from signing.jws import SMALLEST_RSA_BITS, SUITES, import_public

SKEW_SECONDS = 30
LONGEST_AGE_SECONDS = 60
LARGEST_PROOF = 8 * 1024
LARGEST_ID = 256
TYPE = "dpop+jwt"
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
LARGEST_HEADER = 2048  # the keys of RSA make long ones
KEYS_KEPT = 2048  # headers that each process remembers; who sends many only pushes out the oldest
_PORTS = {"https": 443, "http": 80}


class ProofError(Exception):
    """The proof is not one; the text says why and never quotes it."""


@dataclass(frozen=True)
class Proof:
    """A proof that verified: the thumbprint of its key (RFC 7638), its id, the nonce it carries, when it ends."""

    thumbprint: str
    jti: str
    nonce: str | None
    ends: float


def read_proof(proof: str, *, method: str, url: str, now: float, token: str | None = None) -> Proof:
    """Check a proof for one request and, at a resource, for the access token beside it. Raises ProofError.

    `url` is where the request was sent, `now` in epoch seconds; replay is the caller's to check, by thumbprint and jti.
    """
    if not 0 < len(proof) <= LARGEST_PROOF:
        raise ProofError("the proof is empty or too large")
    thumbprint, claims = _verify(proof)
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise ProofError("iat is missing or no number")
    if not now - LONGEST_AGE_SECONDS <= issued <= now + SKEW_SECONDS:
        raise ProofError("iat is too far from now: check the clock, and sign a proof for each request")
    if claims.get("htm") != method:
        raise ProofError(f"htm must be {method}")
    if not _same_place(claims.get("htu"), url):
        raise ProofError(f"htu must be {url}")
    jti, nonce = claims.get("jti"), claims.get("nonce")
    if not isinstance(jti, str) or not 0 < len(jti) <= LARGEST_ID:
        raise ProofError(f"jti must be a text of at most {LARGEST_ID} characters")
    if token is not None and claims.get("ath") != token_hash(token):
        raise ProofError("ath must be the SHA-256 of the access token, in base64url")
    return Proof(thumbprint, jti, nonce if isinstance(nonce, str) else None, issued + LONGEST_AGE_SECONDS)


def token_hash(token: str) -> str:
    """Return `ath`: the digest of an access token (RFC 9449 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode("utf-8", "replace")).digest()).rstrip(b"=").decode()


def _verify(proof: str) -> tuple[str, Mapping[str, Any]]:
    try:
        header, payload, signature = proof.split(".")
        key = _key_of(header)
        claims = json.loads(decode_segment(payload))
        if not key.verifies(decode_segment(signature), f"{header}.{payload}".encode("ascii")):
            raise ProofError("the signature does not verify")
    except (JoseError, SignatureError, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise ProofError("this is no signed JWT with a key in its header (RFC 9449 4.2)") from fault
    if not isinstance(claims, dict):
        raise ProofError("the payload is not a JSON object")
    return key.thumbprint, claims


@dataclass(frozen=True)
class _ProofKey:
    """The key of a proof's header: its thumbprint (RFC 7638), and what verifies with it."""

    thumbprint: str
    verifies: Verifier


@lru_cache(KEYS_KEPT)
def _key_of(header: str) -> _ProofKey:
    """Read the header of a proof, which is the same for every proof of a key: what is wrong with it is not kept."""
    if len(header) > LARGEST_HEADER:
        raise ProofError("the header is too large")
    read = json.loads(decode_segment(header))
    if not isinstance(read, dict):
        raise ProofError("the header is not a JSON object")
    members = _public_members(read)
    key = import_public(members)
    if read.get("alg") not in SUITES[str(members["kty"])]:
        raise ProofError("alg must be that of the key: PS256, ES256 or Ed25519")
    return _ProofKey(key.thumbprint(), verifier_of(key))


def _public_members(header: Mapping[str, Any]) -> Mapping[str, Any]:
    if header.get("typ") != TYPE:
        raise ProofError(f"typ must be {TYPE}")
    if "crit" in header:
        raise ProofError("crit names an extension that is not understood here")
    members = header.get("jwk")
    if not isinstance(members, Mapping):
        raise ProofError("the header has no jwk")
    if _PRIVATE & set(members):
        raise ProofError("the jwk must be the public half alone")
    if members.get("kty") == "RSA" and 6 * len(str(members.get("n"))) < SMALLEST_RSA_BITS:  # base64url: six bits each
        raise ProofError(f"an RSA key has at least {SMALLEST_RSA_BITS} bits")
    return members


def _same_place(htu: object, url: str) -> bool:
    """Compare without query and fragment, host and scheme in lower case, default ports left out (RFC 9449 4.3)."""
    if htu == url:
        return True
    if not isinstance(htu, str) or len(htu) > 2 * LARGEST_ID + len(url):
        return False
    try:
        return _place(htu) == _place(url)
    except ValueError:
        return False


def _place(url: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme), unquote(parts.path) or "/"
