"""Lists and checks as the interface and the command line show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.crosscheck.auditing import Audited
from gateway.crosscheck.reading import Shown, state_of
from gateway.crosscheck.tables import CrossCheck, CrossCheckExchange, SupervisorList, SupervisorListRow


def list_document(one: SupervisorList, faulty: Sequence[SupervisorListRow] = ()) -> dict[str, Any]:
    """Return a list, and which of its rows could not be used."""
    return {
        "list": str(one.list_id), "supervisor": one.supervisor, "digest": one.digest.hex(), "rows": one.rows,
        "sound": one.sound, "faulty": one.faulty, "received_by": one.received_by,
        "received_at": one.received_at.isoformat(), "entry": str(one.event_id),
        "faults": [{"place": row.place, "fault": row.fault} for row in faulty],
    }  # fmt: skip


def check_document(one: CrossCheck, now: datetime) -> dict[str, Any]:
    """Return a check: what was proposed, who decided, what came of it."""
    return {
        "check": str(one.check_id), "way": one.way, "state": state_of(one, now), "purpose": one.purpose,
        "type": one.type, "level": one.level, "lists": [str(found) for found in one.lists],
        "counterpart": one.counterpart, "learner": one.learner, "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at.isoformat(), "decided_by": one.decided_by,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None, "reason": one.reason,
        "day": str(one.day) if one.day else None, "as_of": str(one.as_of) if one.as_of else None,
        "suspects": one.suspects, "cap": one.cap, "commitment": one.commitment, "message": one.message,
        "their_size": one.their_size, "their_commitment": one.their_commitment, "their_message": one.their_message,
        "found": one.found, "result": one.result, "done_at": one.done_at.isoformat() if one.done_at else None,
        "entry": str(one.event_id),
    }  # fmt: skip


def shown_document(shown: Shown, now: datetime) -> dict[str, Any]:
    """Return a check with who was found."""
    return {
        **check_document(shown.check, now),
        "enterprises": [
            {
                "subject": one.code, "name": one.name, "level": one.level, "types": list(one.types),
                "lists": [{"list": str(at), "supervisor": shown.lists[at].supervisor} for at in one.lists],
            }
            for one in shown.found
        ],
    }  # fmt: skip


def terms_document(check: CrossCheck, exchange: CrossCheckExchange, now: datetime) -> dict[str, Any]:
    """Return what a counterpart is told of a check it takes part in."""
    return {
        "check": str(check.check_id), "state": state_of(check, now), "purpose": check.purpose,
        "learner": check.learner, "day": str(check.day), "size": check.suspects, "cap": check.cap,
        "commitment": check.commitment, "statement": exchange.statement,
    }  # fmt: skip


def audit_document(check_id: object, audited: Sequence[Audited]) -> dict[str, Any]:
    """Return what an audit showed of each side."""
    return {
        "check": str(check_id),
        "sides": [
            {"side": one.side, "size": one.size, "committed": one.committed, "sent": one.sent} for one in audited
        ],
        "sound": all(one.committed and one.sent for one in audited),
    }  # fmt: skip
