"""Proposals and runs as the interface shows them."""

from typing import Any

from gateway.matching.reading import GRADES, Shown
from gateway.matching.tables import MatchRun


def proposal_document(shown: Shown) -> dict[str, Any]:
    """Return a proposal: both names, how each part compares, and who decided what."""
    one, sample = shown.proposal, shown.sample
    return {
        "proposal": str(one.proposal_id), "run": str(one.run_id), "agency": one.agency, "status": one.status,
        "name": sample.name if sample else None, "known_by": one.kind, "records": sample.records if sample else 0,
        "datasets": sample.datasets if sample else [], "uscc": shown.uscc, "registered_name": shown.registered,
        "weight": float(one.weight), "grade": shown.grade, "right_of_hundred": GRADES[shown.grade][1],
        "parts": one.levels, "accepted_by": one.accepted_by,
        "accepted_at": one.accepted_at.isoformat() if one.accepted_at else None, "decided_by": one.decided_by,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None, "reason": one.reason,
        "entry": str(one.event_id),
    }  # fmt: skip


def run_document(run: MatchRun) -> dict[str, Any]:
    """Return a run: from what it was made, by which versions, and how much it proposed."""
    return {
        "run": str(run.run_id), "made_at": run.made_at.isoformat(), "digest": run.digest, "versions": run.versions,
        "names": run.names, "subjects": run.subjects, "proposals": run.proposals, "entry": str(run.event_id),
    }  # fmt: skip
