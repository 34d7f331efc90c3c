"""What became of the questions of a batch: as the interface shows them, and as rows of a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from gateway.inquiries.answers import Answered
from gateway.inquiries.batches.sheet import ANSWERED
from gateway.inquiries.batches.tables import InquiryBatch
from gateway.runtime.denial import Denial
from gateway.web.error_table import ERRORS
from gateway.web.problems import problem_document
from signing.jws import payload_of

WAITING = "waiting"


def batch_document(
    issuer: str, batch: InquiryBatch, rows: Sequence[Row[Any]], ended: Mapping[int, Answered | Denial]
) -> dict[str, Any]:
    """Return a batch with the verdict of each question; an answer only where it was given just now."""
    items = [_item(issuer, row, ended.get(row.number)) for row in rows]
    return {
        "batch": str(batch.batch_id), "partial": batch.partial, "total": batch.total,
        "done": sum(one["outcome"] != WAITING for one in items),
        "answered": sum(one["outcome"] == "answered" for one in items),
        "units": sum(one["units"] for one in items), "items": items,
    }  # fmt: skip


def _item(issuer: str, row: Row[Any], ended: Answered | Denial | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "number": row.number, "inquiry": str(row.inquiry_id), "outcome": outcome_of(row), "units": row.units or 0,
    }  # fmt: skip
    if isinstance(ended, Answered):
        shown["answer"] = {**payload_of(ended.answer), "answer": ended.answer}
    elif ended is not None:
        shown["problem"] = problem_document(issuer, ended)
    return shown


def outcome_of(row: Row[Any]) -> str:
    """Return how a question of a batch ended: answered, a reason, or that it waits."""
    return WAITING if row.state in {None, "admitted"} else str(row.outcome)


def file_rows(rows: Sequence[Row[Any]], ended: Mapping[int, Answered | Denial]) -> list[list[Any]]:
    """Return the lines of the file of answers, its headings first."""
    lines: list[list[Any]] = [list(ANSWERED)]
    for row in rows:
        outcome, answer = ended.get(row.number), ""
        told: Mapping[str, Any] = {}
        if isinstance(outcome, Answered):
            answer, told = outcome.answer, payload_of(outcome.answer)
        said = (
            "已应答 answered" if answer else _said(outcome.reason if isinstance(outcome, Denial) else outcome_of(row))
        )
        lines.append([
            row.number, row.question["subject"], row.question["product"], row.question["purpose"], said,
            told.get("score") if told.get("score") is not None else "", told.get("band") or "", _flag(told),
            row.units or 0, str(row.inquiry_id), answer,
        ])  # fmt: skip
    return lines


def _flag(told: Mapping[str, Any]) -> str:
    """Return the one bit that some institutions are shown, "" where they are shown more."""
    met = told.get("flag", {}).get("met")
    return "" if met is None else "是 yes" if met else "否 no"


def _said(reason: str) -> str:
    row = ERRORS.get(reason)
    return f"{row.title} {reason}" if row else reason
