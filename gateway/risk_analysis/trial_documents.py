"""What is told of a trial over HTTP and by the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.risk_analysis.tables import RiskTrial

_ALL = 1_000_000


@dataclass(frozen=True)
class Moved:
    """An enterprise that would stand elsewhere."""

    subject: Subject
    type: str
    before: str | None
    after: str | None


async def find_moved(session: AsyncSession, trial: RiskTrial) -> list[Moved]:
    """Return those that are told of, those at the highest level first."""
    moves = trial.moves or []
    subjects = await find_by_numbers(session, sorted({number for number, *_ in moves}))
    return [Moved(subjects[number], kind, before, after) for number, kind, before, after in moves if number in subjects]


def trial_document(trial: RiskTrial) -> dict[str, Any]:
    """Return a trial: whose, how far it is, and what there is to tell of both watches."""
    result = trial.result or {}
    sides = dict(zip(("in_force", "tried"), result.get("sides", ()), strict=False))
    return {
        "trial": str(trial.trial_id), "state": trial.state, "watch": trial.digest,
        "asked_at": trial.asked_at.isoformat(),
        "finished_at": trial.finished_at.isoformat() if trial.finished_at else None,
        "as_of": trial.as_of.isoformat() if trial.as_of else None,
        "progress": {"done": trial.done, "pieces": trial.pieces}, "fault": trial.fault,
        "subjects": result.get("subjects"), "known": result.get("known"), "ways": result.get("ways"),
        **{name: _side(sides[name]) if name in sides else None for name in ("in_force", "tried")},
    }  # fmt: skip


def moved_document(one: Moved) -> dict[str, Any]:
    """Return an enterprise that would stand elsewhere."""
    return {
        "subject": one.subject.uscc, "name": one.subject.name, "type": one.type, "before": one.before,
        "after": one.after,
    }  # fmt: skip


def shares_of(hits: Mapping[str, int]) -> tuple[int | None, int | None]:
    """Return precision and recall among those whose outcome is known, in millionths; None of nothing."""
    found, right, bad = hits["found"], hits["bad_found"], hits["bad"]
    return right * _ALL // found if found else None, right * _ALL // bad if bad else None


def _side(side: Mapping[str, Any]) -> dict[str, Any]:
    precision, recall = shares_of(side["hits"])
    return {**side, "precision_ppm": precision, "recall_ppm": recall}
