"""A counterpart takes part in a private check: it binds itself to its set, then both sets are compared, once.

1. It signs a commitment to its set, not larger than ours may be. With that in the log it is sent our set, encrypted
   under a key of this check: as the message of the side that learns, or of the one that does not.
2. It sends its own, encrypted, with a signed digest. Who learns was agreed; the other side is told nothing.

Each step is taken once, in this order, on the day of the decision. What is computed is computed in no transaction:
afterwards the check is looked at again, locked. That a set of the same size was put in the place of the committed one
shows when it is opened (auditing.py).
"""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from connectors.model.calendar import day_of
from gateway.crosscheck.found import result_digest
from gateway.crosscheck.psi import run
from gateway.crosscheck.statements import COMMITMENT_TYPE, MESSAGE_TYPE, Commitment, Sent, read_said, sign_receipt
from gateway.crosscheck.tables import CrossCheck, CrossCheckExchange, CrossCheckMember
from gateway.identity.clients.client_keys import current_keys
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from signing.canonical import sha256_hex
from signing.sealing import seal, unseal

_FOUND = text("UPDATE cross_check_member SET found = (code = ANY(:codes)) WHERE check_id = :check")


@dataclass(frozen=True)
class Theirs:
    """What a counterpart sends of its set: signed, and its bytes in base64."""

    statement: str
    message: str  # its request where it learns, its setup where it does not
    response: str = ""  # to our request, where it does not learn


async def read_own(work: UnitOfWork, check_id: UUID, *, lock: bool = False) -> tuple[CrossCheck, CrossCheckExchange]:
    """Return a check in which the acting counterpart takes part. Raises DeniedError."""
    check = await work.session.get(CrossCheck, check_id, with_for_update=lock or None, populate_existing=True)
    exchange = await work.session.get(CrossCheckExchange, check_id, populate_existing=True)
    if work.actor.kind != "platform" or check is None or check.counterpart != work.actor.client_id or exchange is None:
        raise DeniedError("crosscheck-not-found")
    return check, exchange


async def commit_theirs(units: UnitsOfWork, actor: Actor, check_id: UUID, statement: str, python: str) -> str:
    """Take the counterpart's commitment; return our message, in base64. Raises DeniedError."""
    async with units.begin("crosscheck.commitment", actor) as work:
        check, exchange = await read_own(work, check_id)
        _demand_due(work, check, "approved")
        said = await _read_commitment(work, check, exchange, statement)
        codes = await codes_of(work, check_id)
    step = "setup" if check.learner == "counterpart" else "request"
    made = await run(python, {"do": step, "codes": codes, "size": said.size})
    async with units.begin("crosscheck.committed", actor) as work:
        check, exchange = await read_own(work, check_id, lock=True)
        _demand_due(work, check, "approved")
        said = await _read_commitment(work, check, exchange, statement)
        exchange.theirs = statement
        exchange.sealed = seal(work.keys.kek, bytes.fromhex(made["key"]), _context(check_id))
        check.state, check.their_size, check.their_commitment = "committed", said.size, said.commitment
        check.message = sha256_hex(base64.b64decode(made["message"]))
        payload = {
            "check": str(check_id), "size": said.size, "commitment": said.commitment, "message": check.message,
            "statement": sha256_hex(statement.encode()),
        }  # fmt: skip
        check.event_id = await work.record("crosscheck.committed", payload, outcome="committed", exchange=check_id)
    message: str = made["message"]
    return message


async def exchange_sets(units: UnitsOfWork, actor: Actor, check_id: UUID, theirs: Theirs, python: str) -> list[str]:
    """Take what the counterpart sends of its set; return our signed receipt and, where it is the one to learn, our
    response in base64. Raises DeniedError.
    """
    async with units.begin("crosscheck.message", actor) as work:
        check, exchange = await read_own(work, check_id)
        digest = await _read_sent(work, check, theirs)
        key = open_key(work, exchange)
        codes, size = await codes_of(work, check_id), check.their_size
    learns = check.learner == "gateway"
    asked = {"key": key, "codes": codes, "size": size}
    given = (
        {"do": "learn", "setup": theirs.message, "response": theirs.response}
        if learns else {"do": "answer", "request": theirs.message}
    )  # fmt: skip
    made = await run(python, {**asked, **given})
    async with units.begin("crosscheck.done", actor) as work:
        check, _ = await read_own(work, check_id, lock=True)
        _demand_due(work, check, "committed")
        await _end(work, check, digest, made["found"] if learns else None)
        receipt = sign_receipt(work, check)
    return [receipt] if learns else [receipt, made["message"]]


async def codes_of(work: UnitOfWork, check_id: UUID) -> list[str]:
    """Return our set, in the order of codes."""
    query = select(CrossCheckMember.code).where(col(CrossCheckMember.check_id) == check_id)
    return sorted((await work.session.execute(query)).scalars())


def open_key(work: UnitOfWork, exchange: CrossCheckExchange) -> str:
    """Return the key that a check ran under, in hex, to show which set was used."""
    return unseal(work.keys.kek, exchange.sealed or b"", _context(exchange.check_id)).hex()


async def _end(work: UnitOfWork, check: CrossCheck, digest: str, found: list[str] | None) -> None:
    check.state, check.their_message, check.done_at = "done", digest, work.now
    if found is not None:
        await work.session.execute(_FOUND, {"codes": found, "check": check.check_id})
        check.found, check.result = len(found), result_digest((code, ()) for code in found)
    payload = {"check": str(check.check_id), "message": digest, "found": check.found, "result": check.result}
    check.event_id = await work.record("crosscheck.done", payload, outcome="done", exchange=check.check_id)
    await work.session.flush()


async def _read_commitment(
    work: UnitOfWork, check: CrossCheck, exchange: CrossCheckExchange, statement: str
) -> Commitment:
    keys = await current_keys(work.session, work.actor.client_id)
    said = read_said(Commitment, statement, COMMITMENT_TYPE, keys, check.check_id)
    if said.answers != sha256_hex(exchange.statement.encode()):
        raise DeniedError("crosscheck-message-invalid", "answers: 不是本平台的声明 not of our statement")
    if said.size > (check.cap or 0):
        raise DeniedError("crosscheck-too-many", size=said.size, most=check.cap or 0)
    return said


async def _read_sent(work: UnitOfWork, check: CrossCheck, theirs: Theirs) -> str:
    """Return the digest of what was sent, which its sender signed. Raises DeniedError."""
    _demand_due(work, check, "committed")
    keys = await current_keys(work.session, work.actor.client_id)
    said = read_said(Sent, theirs.statement, MESSAGE_TYPE, keys, check.check_id)
    try:
        digest = sha256_hex(base64.b64decode(theirs.message, validate=True))
    except (binascii.Error, ValueError) as fault:
        raise DeniedError("crosscheck-message-invalid", "message: base64") from fault
    if said.message != digest or said.commitment != check.their_commitment:
        raise DeniedError("crosscheck-message-invalid", "message: 与签名不符 not what was signed")
    return digest


def _demand_due(work: UnitOfWork, check: CrossCheck, state: str) -> None:
    """Pass where a step is due, today. Raises DeniedError."""
    if check.state != state:
        raise DeniedError("crosscheck-out-of-order", check_state=check.state)
    if check.day != day_of(work.now):
        raise DeniedError("crosscheck-lapsed")


def _context(check_id: UUID) -> bytes:
    return f"crosscheck:{check_id}".encode()
