"""What both sides of a private check sign: the commitment to a set, what was sent of it, and that it is done."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from gateway.crosscheck.tables import CrossCheck
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.errors import SignatureError
from signing.jws import sign_jws, verify_jws

COMMITMENT_TYPE = "xinqiao-crosscheck-commitment+jws"
MESSAGE_TYPE = "xinqiao-crosscheck-message+jws"
RECEIPT_TYPE = "xinqiao-crosscheck-receipt+jws"
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Commitment(msgspec.Struct, frozen=True):
    """The counterpart's: how many codes, bound to by what; `answers` is the digest of the statement of ours it saw."""

    check: UUID
    size: Annotated[int, msgspec.Meta(ge=1)]
    commitment: Digest
    answers: Digest


class Sent(msgspec.Struct, frozen=True):
    """What the counterpart sends of its set: the digest of the message, and of its commitment."""

    check: UUID
    commitment: Digest
    message: Digest


Said = TypeVar("Said", Commitment, Sent)


def sign_commitment(work: UnitOfWork, check: CrossCheck) -> str:
    """Sign our commitment, with the terms it was made for."""
    claims = {
        "v": 1, "check": str(check.check_id), "iss": work.issuer, "counterpart": check.counterpart,
        "purpose": check.purpose, "learner": check.learner, "day": str(check.day), "size": check.suspects,
        "cap": check.cap, "commitment": check.commitment,
    }  # fmt: skip
    return sign_jws(claims, work.keys.signing("delivery"), COMMITMENT_TYPE)


def sign_receipt(work: UnitOfWork, check: CrossCheck) -> str:
    """Sign that a check is done: both commitments, and digests of what was sent of both sets."""
    claims = {
        "v": 1, "check": str(check.check_id), "iss": work.issuer, "commitment": check.commitment,
        "message": check.message, "their_commitment": check.their_commitment, "their_message": check.their_message,
        "done_at": work.now.isoformat(),
    }  # fmt: skip
    return sign_jws(claims, work.keys.signing("delivery"), RECEIPT_TYPE)


def read_said(said: type[Said], text: str, typ: str, keys: Sequence[Mapping[str, Any]], check_id: UUID) -> Said:
    """Return what the counterpart signed about this check. Raises DeniedError."""
    try:
        read = msgspec.convert(verify_jws(text, keys, typ), said)
    except (SignatureError, msgspec.ValidationError) as fault:
        raise DeniedError("crosscheck-message-invalid", f"statement: {fault}") from fault
    if read.check != check_id:
        raise DeniedError("crosscheck-message-invalid", "statement: 是另一次核对的 another check's")
    return read
