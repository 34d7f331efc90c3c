"""Batches and held submissions as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.store.refused import Refusal
from connectors.store.tables import Batch
from gateway.intake.tables import HeldSubmission


def batch_document(batch: Batch, corrected: int = 0) -> dict[str, Any]:
    """Return a batch as the API shows it; `corrected` of its refused rows were brought in order since."""
    names = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
    return {
        "batch": str(batch.batch_id),
        "agency": batch.agency,
        "dataset": batch.dataset,
        "sender_batch": batch.sender_batch,
        "digest": batch.digest.hex(),
        "received_at": batch.received_at.isoformat(),
        "rows": batch.row_count,
        **{name: getattr(batch, name) for name in names},
        "corrected": corrected,
        "open": batch.rejected - corrected,
        "corrects": str(batch.corrects) if batch.corrects else None,
        "reasons": batch.reasons,
        "unread_columns": unread_of(batch),
        "counting": batch.counting,
        "statement": batch.statement,
    }


def unread_of(batch: Batch) -> list[dict[str, Any]]:
    """Return the columns of a batch that were not read, what is lost first."""
    columns: list[dict[str, Any]] = batch.mapping.get("unread", [])
    return columns


def refusals_of(reasons: Mapping[str, int], refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    """Return each code and sentence, the most frequent first: how many rows, the first of them and an example.

    What the sentences leave of a code's count stands without one.
    """
    told, left = list(refusals), Counter(reasons)
    for refusal in told:
        left[refusal.code] -= refusal.count
    told += [Refusal(code, "", count, ()) for code, count in left.items() if count > 0]
    return [
        {
            "code": refusal.code, "count": refusal.count, "words": refusal.words, "rows": list(refusal.rows),
            "column": refusal.column, "value": refusal.value,
        }
        for refusal in sorted(told, key=lambda one: (-reasons.get(one.code, 0), one.code, -one.count))
    ]  # fmt: skip


def held_document(held: HeldSubmission) -> dict[str, Any]:
    """Return a held submission as the API shows it."""
    return {
        "held": str(held.held_id), "agency": held.agency, "dataset": held.dataset, "sender_batch": held.sender_batch,
        "digest": held.digest.hex(), "way": held.way, "sent_by": held.actor, "state": held.status,
        "findings": held.findings, "held_at": held.held_at.isoformat(), "expires_at": held.expires_at.isoformat(),
        "decided_by": held.decided_by, "batch": str(held.batch_id) if held.batch_id else None,
    }  # fmt: skip
