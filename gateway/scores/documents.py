"""What is told of scores and scans over HTTP and by the command line."""

from typing import Any

from gateway.scores.movers import Mover, Movers
from gateway.scores.scan_tables import ScanRun


def movers_document(found: Movers) -> dict[str, Any]:
    """Return movers as the interface shows them."""
    return {"day": found.day.isoformat() if found.day else None, "movers": [_mover(one) for one in found.movers]}


def run_document(run: ScanRun, done: int) -> dict[str, Any]:
    """Return a run as the command line tells it to scripts; `done` is how many of its pieces are."""
    return {
        "run": str(run.run_id), "kind": run.kind, "as_of": run.as_of.isoformat(), "engine": run.engine,
        "state": run.state, "pieces": run.pieces, "done": done, "subjects": run.subjects, "changed": run.changed,
        "rose": run.rose, "fell": run.fell, "digest": run.digest.hex() if run.digest else None, "fault": run.fault,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }  # fmt: skip


def _mover(one: Mover) -> dict[str, Any]:
    return {
        "subject": one.subject.uscc, "name": one.subject.name, "score": one.score, "band": one.band,
        "before": {"score": one.before_score, "band": one.before_band}, "change": one.change,
        "tags": [{"tag": tag, "points_before": before, "points": after} for tag, before, after in one.tags],
    }  # fmt: skip
