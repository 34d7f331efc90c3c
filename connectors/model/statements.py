"""The two statements over a batch: the agency's signature over what it hands in, the gateway's over what came of it.

An agency signs by JWS or by HTTP Message Signatures (RFC 9421). What is kept of it can be verified later, offline, with
the agency's public key alone: the JWS itself, or the signature base, the signature, its key's id and the algorithm.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import http_sf

from signing.errors import SignatureError
from signing.jws import verify_jws
from signing.message_signatures import find_key, verify_bytes

SIGNATURE_TYPE = "xinqiao-batch-signature+jws"
STATEMENT_TYPE = "xinqiao-batch+jws"
Keys = Sequence[Mapping[str, Any]]


def check_batch_jws(jws: str, keys: Keys, dataset: str, batch_id: str, digest: str) -> None:
    """Check a JWS over a submission. Raises SignatureError."""
    if verify_jws(jws, keys, SIGNATURE_TYPE) != {"batch": batch_id, "dataset": dataset, "sha256": digest}:
        raise SignatureError("签名针对的是另一次提交 it was made over another submission")


def check_kept_message(kept: Mapping[str, Any], keys: Keys, dataset: str, batch_id: str, digest: str) -> None:
    """Check what was kept of an RFC 9421 signature, offline. Raises SignatureError."""
    try:
        base, signature = str(kept["base"]), base64.b64decode(kept["signature"], validate=True)
        jwk, alg = find_key({"keyid": kept["keyid"], "alg": None}, keys)
        if (
            set(kept) != {"base", "signature", "keyid", "alg"}
            or kept["signature"] != base64.b64encode(signature).decode()
        ):
            raise SignatureError("部门签名的保存形式不对 the agency's signature is not kept in the right form")
        alg = find_key({"keyid": kept["keyid"], "alg": kept["alg"]}, keys)[1] if kept["alg"] != alg else alg
        verify_bytes(base.encode(), signature, jwk, alg)
        lines = dict(line.split(": ", 1) for line in base.split("\n"))
        digests = http_sf.parse(lines['"content-digest"'].encode(), tltype="dictionary")
        same = digests["sha-256"][0] == bytes.fromhex(digest)  # type: ignore[index,call-overload]
    except (KeyError, ValueError, TypeError) as fault:
        raise SignatureError("部门签名的保存形式不对 the agency's signature is not kept in the right form") from fault
    address = lines.get('"@target-uri"', "").partition("?")[0]
    if not same or lines.get('"batch-id"') != batch_id or not address.endswith(f"/v1/datasets/{dataset}/batches"):
        raise SignatureError("签名针对的是另一次提交 it was made over another submission")
