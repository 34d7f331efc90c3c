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
    columns = _columns_of(ended)
    headings = [f"{view} {told['name']['zh']} {column}" for (view, column), told in columns.items()]
    lines: list[list[Any]] = [[*ANSWERED, *headings]]
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
            row.units or 0, str(row.inquiry_id), answer, *_cells_of(told, columns),
        ])  # fmt: skip
    return lines


def _columns_of(ended: Mapping[int, Answered | Denial]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the columns of the views that were asked for, each view's by its name and version."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for outcome in ended.values():
        told = payload_of(outcome.answer) if isinstance(outcome, Answered) else {}
        for one in told.get("values", ()):
            found.setdefault((_named(told["view"]), one["column"]), one)
    return found


def _cells_of(told: Mapping[str, Any], columns: Mapping[tuple[str, str], Any]) -> list[Any]:
    """Return an answer's values by these columns; "" where it has none."""
    values = {(_named(told["view"]), one["column"]): one["value"] for one in told.get("values", ())}
    return [_cell_of(values.get(column)) for column in columns]


def _named(view: Mapping[str, Any]) -> str:
    return f"{view['name']}/{view['version']}"


def _cell_of(value: object) -> str | int:
    """Return a value as a cell: a number as it is, what has a form of its own as its members."""
    if value is None:
        return ""
    if isinstance(value, dict):
        inner = value.get("band", value)
        return " ".join(f"{name}={one}" for name, one in inner.items() if one is not None)
    if isinstance(value, list):
        return "；".join(map(str, value))
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _flag(told: Mapping[str, Any]) -> str:
    """Return the one bit that some institutions are shown, "" where they are shown more."""
    met = told.get("flag", {}).get("met")
    return "" if met is None else "是 yes" if met else "否 no"


def _said(reason: str) -> str:
    row = ERRORS.get(reason)
    return f"{row.title} {reason}" if row else reason
