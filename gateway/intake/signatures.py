"""An agency's signature over a submission: JWS (Batch-Signature) or HTTP Message Signatures (RFC 9421), as evidence.

What is kept: the JWS itself, or a JSON object with the signature base, the signature, its key's id and the algorithm;
either can be verified later with the agency's public key alone.
"""

import json

from fastapi import Request

from connectors.model.statements import Keys, check_batch_jws
from gateway.identity.clients.client_keys import current_keys
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.body import Received
from signing.errors import SignatureError
from signing.message_signatures import (
    byte_sequence,
    check_times,
    find_key,
    read_signature,
    signature_base,
    verify_bytes,
)

TAG = "xinqiao-batch"
MOST_AGE_SECONDS = 300
COVERED = frozenset({"@method", "@target-uri", "batch-id", "content-digest"})


class AgencySignature:
    """What a request says of its signature; the head is verified before the body is read, the body after it came."""

    def __init__(self, request: Request) -> None:
        """Take a request."""
        self._request = request
        self._jws = request.headers.get("batch-signature")
        self._message = "signature-input" in request.headers
        self._kept: str | None = None

    @property
    def given(self) -> bool:
        """Whether the request is signed at all; intake/admission.py says who must."""
        return self._jws is not None or self._message

    async def check_head(self, work: UnitOfWork) -> None:
        """Refuse what can be told from the head. Raises DeniedError."""
        if self._jws is not None and self._message:
            raise DeniedError(
                "batch-signature-invalid",
                "两种签名只用一种。Send Batch-Signature or Signature-Input, not both.",
            )
        if self._message:
            self._check_coding()
            keys = await current_keys(work.session, work.actor.client_id)
            try:
                self._kept = json.dumps(_verify_message(self._request, work.issuer, keys, work.now.timestamp()))
            except SignatureError as fault:
                raise DeniedError("batch-signature-invalid", f"Signature: {fault}") from fault

    async def verify(
        self, units: UnitsOfWork, actor: Actor, dataset: str, batch_id: str, received: Received
    ) -> str | None:
        """Return what is kept, None where there is no signature. Raises DeniedError where it is over another file."""
        if self._jws is not None:
            async with units.begin("batch.verify", actor) as work:
                return await verify_batch_jws(work, self._jws, dataset, batch_id, received.digest)
        return self._kept  # it covers Content-Digest, which has been compared with what arrived

    def _check_coding(self) -> None:
        """A packed body's Content-Digest says nothing of the file, which the evidence has to name."""
        if self._request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise DeniedError(
                "batch-signature-invalid",
                "以 RFC 9421 签名时不能压缩，或改用 Batch-Signature。What is signed by RFC 9421 is sent unpacked; "
                "Batch-Signature is over the file and may go with gzip.",
            )


async def verify_batch_jws(work: UnitOfWork, jws: str, dataset: str, batch_id: str, digest: bytes) -> str:
    """Return the JWS once it is verified with the acting agency's keys. Raises DeniedError."""
    keys = await current_keys(work.session, work.actor.client_id)
    try:
        check_batch_jws(jws, keys, dataset, batch_id, digest.hex())
    except SignatureError as fault:
        raise DeniedError("batch-signature-invalid", f"Batch-Signature: {fault}") from fault
    return jws


def _verify_message(request: Request, issuer: str, keys: Keys, now: float) -> dict[str, str]:
    fields = {name: ", ".join(part.strip() for part in request.headers.getlist(name)) for name in request.headers}
    found = read_signature(fields.get("signature-input", ""), fields.get("signature", ""), TAG)
    if missing := COVERED - set(found.covered):
        raise SignatureError(f"签名须覆盖 it must cover {', '.join(sorted(missing))}")
    check_times(found.parameters, now, MOST_AGE_SECONDS)
    jwk, alg = find_key(found.parameters, keys)
    query = f"?{request.url.query}" if request.url.query else ""
    # The address as callers see it; the signature does not cover the name a proxy uses for us.
    values = {**fields, "@method": request.method, "@target-uri": f"{issuer}{request.url.path}{query}"}
    base = signature_base(found.covered, found.serialised, values)
    verify_bytes(base.encode(), found.signature, jwk, alg)
    signature = byte_sequence(found.signature).strip(":")
    return {"base": base, "signature": signature, "keyid": str(jwk["kid"]), "alg": alg}
