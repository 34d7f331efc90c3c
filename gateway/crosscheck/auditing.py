"""Afterwards: was the set that was used the set that was committed to? Each side opens its own.

An opening holds the salt, the codes and the key the check ran under. The commitment is made again of the salt and the
codes, and the message of the key and the codes; both must be those that stand in the log.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from gateway.crosscheck.psi import run
from gateway.crosscheck.tables import CrossCheck, CrossCheckExchange
from gateway.crosscheck.taking_part import codes_of, open_key
from gateway.records.access import demand_overseer
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from risk_monitor.commitment import is_committed
from signing.canonical import sha256_hex


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a counterpart's client kept of its side (client/xinqiao_client/crosscheck.py); salt and key in hex."""

    check: UUID
    salt: str
    key: str
    codes: list[str]


@dataclass(frozen=True)
class Audited:
    """What an audit of one side shows: the set is the committed one, and what was sent was made of it."""

    side: str
    size: int
    committed: bool
    sent: bool


async def audit_check(
    units: UnitsOfWork, actor: Actor, check_id: UUID, python: str, opened: bytes | None = None
) -> Sequence[Audited]:
    """Audit our side of a check that is done and, where it was opened, the counterpart's. Raises DeniedError."""
    async with units.begin("crosscheck.open", actor) as work:
        check, exchange = await _read(work, check_id)
        ours = Opening(check_id, exchange.salt.hex(), open_key(work, exchange), await codes_of(work, check_id))
    we_learn = check.learner == "gateway"
    audited = [await _audit("gateway", ours, check.commitment, check.message, python, learns=we_learn)]
    if opened is not None:
        theirs = _read_opening(opened, check_id)
        told = check.their_commitment, check.their_message
        audited.append(await _audit("counterpart", theirs, *told, python, learns=not we_learn))
    async with units.begin("crosscheck.audited", actor) as work:
        payload = {
            "check": str(check_id),
            "sides": [{"side": one.side, "committed": one.committed, "sent": one.sent} for one in audited],
        }  # fmt: skip
        sound = all(one.committed and one.sent for one in audited)
        await work.record("crosscheck.audited", payload, outcome="sound" if sound else "unsound", exchange=check_id)
    return audited


async def _read(work: UnitOfWork, check_id: UUID) -> tuple[CrossCheck, CrossCheckExchange]:
    demand_overseer(work)
    check = await work.session.get(CrossCheck, check_id)
    exchange = await work.session.get(CrossCheckExchange, check_id)
    if check is None or exchange is None:
        raise DeniedError("crosscheck-not-found", "没有此隐私核对。There is no such private check.")
    if check.state != "done":
        raise DeniedError("crosscheck-out-of-order", check_state=check.state)
    return check, exchange


async def _audit(
    side: str, opening: Opening, commitment: str | None, message: str | None, python: str, *, learns: bool
) -> Audited:
    codes = sorted(opening.codes)
    committed = is_committed(commitment or "", bytes.fromhex(opening.salt), codes)
    asked = {"do": "request" if learns else "setup", "key": opening.key, "codes": codes, "size": len(codes)}
    made = await run(python, asked)
    sent = sha256_hex(base64.b64decode(made["message"])) == message
    return Audited(side, len(codes), committed, sent)


def _read_opening(opened: bytes, check_id: UUID) -> Opening:
    try:
        found = msgspec.json.decode(opened, type=Opening)
        bytes.fromhex(found.salt + found.key)
    except (msgspec.MsgspecError, ValueError) as fault:
        raise DeniedError("crosscheck-message-invalid", f"opening: {fault}") from fault
    if found.check != check_id:
        raise DeniedError("crosscheck-message-invalid", "opening: 是另一次核对的 another check's")
    return found
