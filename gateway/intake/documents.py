"""Batches and held submissions as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.store.refused import Refusal
from connectors.store.tables import Batch
from gateway.intake.tables import HeldSubmission

# Why a full list that names less than there is ended nothing.
NOT_ENDED: Mapping[str, Mapping[str, str]] = {
    "unreadable": {
        "zh": "有被退回的行读不出主键，因此没有终止任何记录；请改正后把整份清单换一个批次号重新提交",
        "en": "nothing was ended, for the keys of some refused rows cannot be read: correct them, and send the whole "
        "list again under another batch id",
    },
    "outdated": {
        "zh": "暂存期间已有更新的清单入库，因此没有终止也没有恢复任何记录",
        "en": "nothing was ended or brought back, for a newer list was taken in while this one was held",
    },
    "unconfirmed": {
        "zh": "会终止的超过上限而无人确认过，因此没有终止任何记录；请把清单换一个批次号重新提交，再行确认",
        "en": "nothing was ended, for it would have been more than may end unconfirmed: send the list again under "
        "another batch id, and confirm it",
    },
}


OUTCOMES = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")


def batch_document(batch: Batch, corrected: int = 0, unpacked: Iterable[Batch] = ()) -> dict[str, Any]:
    """Return a batch as the API shows it; `corrected` of its refused rows were brought in order since.

    `unpacked` are the batches of other datasets that its rows held.
    """
    return {
        "batch": str(batch.batch_id),
        "agency": batch.agency,
        "dataset": batch.dataset,
        "sender_batch": batch.sender_batch,
        "digest": batch.digest.hex(),
        "received_at": batch.received_at.isoformat(),
        "rows": batch.row_count,
        **{name: getattr(batch, name) for name in OUTCOMES},
        "unpacked": [
            {
                "batch": str(part.batch_id),
                "dataset": part.dataset,
                "rows": part.row_count,
                **{name: getattr(part, name) for name in OUTCOMES},
            }
            for part in unpacked
        ],
        "delivery": batch.delivery,
        "ended": batch.ended,
        "returned": batch.returned,
        "not_ended": not_ended_of(batch),
        "corrected": corrected,
        "open": batch.rejected - corrected,
        "corrects": str(batch.corrects) if batch.corrects else None,
        "reasons": batch.reasons,
        "unread_columns": unread_of(batch),
        "counting": batch.counting,
        "statement": batch.statement,
    }


def not_ended_of(batch: Batch) -> dict[str, str] | None:
    """Return why a full list ended nothing, in both languages; None where it ended what it does not name."""
    return {"reason": batch.not_ended, **NOT_ENDED[batch.not_ended]} if batch.not_ended else None


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
