"""Cases as the interface and the command line show them."""

from typing import Any

from gateway.disposal.history import Noted
from gateway.disposal.reading import Shown, Whole
from gateway.disposal.replaying import Replay
from gateway.disposal.tables import DisposalFile
from gateway.platforms.tables import Delivery
from gateway.risk.documents import points_document


def case_document(one: Shown) -> dict[str, Any]:
    """Return a case: who it is about, what was found, with whom it is, and where it stands."""
    row = one.row
    return {
        "case": str(row.id), "subject": one.subject.uscc, "name": one.subject.name, "type": row.type,
        "level": row.level, "score": row.score, "found_on": row.found_on.isoformat(),
        "opened_at": row.opened_at.isoformat(), "opened_by": row.opened_by, "office": row.office, "state": row.state,
        "confirmed_at": row.confirmed_at.isoformat() if row.confirmed_at else None, "due_on": row.due_on.isoformat(),
        "overdue": one.overdue, "outcome": row.outcome,
        "closed_at": row.closed_at.isoformat() if row.closed_at else None, "steps": row.steps, "asks": row.asks,
        "entry": str(row.event_id),
    }  # fmt: skip


def whole_document(whole: Whole) -> dict[str, Any]:
    """Return a case with its points, all that was done, its files, what authorities were told, and what comes next."""
    return {
        **case_document(whole.shown), "points": points_document(whole.points),
        "history": [_noted(one) for one in whole.history], "files": [file_document(one) for one in whole.files],
        "transfers": [_transfer(one) for one in whole.transfers], "may": list(whole.may),
    }  # fmt: skip


def replay_document(replay: Replay) -> dict[str, Any]:
    """Return a case played again: its entries, and what is different."""
    return {
        "case": str(replay.case), "same": not replay.differences, "history": [_noted(one) for one in replay.noted],
        "differences": [vars(one) for one in replay.differences],
    }  # fmt: skip


def file_document(one: DisposalFile) -> dict[str, Any]:
    """Return what is told of a file."""
    return {
        "sha256": one.sha256, "media_type": one.media_type, "size": one.size, "taken_by": one.taken_by,
        "taken_at": one.taken_at.isoformat(),
    }  # fmt: skip


def _noted(one: Noted) -> dict[str, Any]:
    says = one.says or {}
    return {
        "number": one.number, "step": says.get("step", "open") if one.says else None, "by": one.by,
        "at": one.at.isoformat(), "words": says.get("words"), "files": says.get("files", []),
        "details": says.get("details", {}), "state": says.get("state", "opened") if one.says else None,
        "entry": str(one.entry),
    }  # fmt: skip


def _transfer(one: Delivery) -> dict[str, Any]:
    return {
        "delivery": str(one.delivery_id), "to": one.peer_id, "state": one.state,
        "created_at": one.created_at.isoformat(), "settled_at": one.settled_at.isoformat() if one.settled_at else None,
        "receipt": one.receipt,
    }  # fmt: skip
