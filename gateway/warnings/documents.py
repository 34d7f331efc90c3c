"""What is told of subscriptions and warnings over HTTP and by the command line."""

from collections.abc import Sequence
from typing import Any

from gateway.runtime.denial import Denial
from gateway.warnings.subscribing import Subscribed
from gateway.web.problems import problem_document


def subscription_document(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the table, or of a list
    """Return a subscription as the interface shows it."""
    return {
        "subscription": str(row.subscription_id), "subject": row.uscc, "account": row.account, "status": row.status,
        "reason": row.reason, "consent": str(row.consent_id), "categories": list(row.categories),
        "created_at": row.created_at.isoformat(), "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "inquiry": str(row.inquiry_id), "entry": str(row.event_id),
    }  # fmt: skip


def outcomes_document(issuer: str, subjects: Sequence[str], found: Sequence[Subscribed | Denial]) -> dict[str, Any]:
    """Return what became of each enterprise of a list, in its order."""
    items = []
    for number, (subject, one) in enumerate(zip(subjects, found, strict=True), 1):
        shown: dict[str, Any] = {"number": number, "subject": subject, "outcome": outcome_of(one)}
        if isinstance(one, Denial):
            shown["problem"] = problem_document(issuer, one)
        else:
            shown["subscription"] = subscription_document(one.row)
        items.append(shown)
    return {"items": items, "subscribed": sum(one["outcome"] == "subscribed" for one in items)}


def outcome_of(one: Subscribed | Denial) -> str:
    """Return what became of subscribing: `subscribed`, `already`, or the reason of a denial."""
    if isinstance(one, Denial):
        return one.reason
    return "already" if one.before else "subscribed"


def warning_document(row: Any, *, is_open: bool) -> dict[str, Any]:  # noqa: ANN401 - a row of the table, or of a list
    """Return a warning as the interface shows it; what was told is withheld where it may not be shown now."""
    return {
        "warning": str(row.warning_id), "subscription": str(row.subscription_id), "subject": row.uscc,
        "change": row.change, "judged_on": row.judged_on.isoformat(), "told_at": row.told_at.isoformat(),
        "seen_at": row.seen_at.isoformat() if row.seen_at else None, "inquiry": str(row.inquiry_id),
        "entry": str(row.event_id), "withheld": not is_open, "level": row.level if is_open else None,
        "before": row.before if is_open else None, "after": row.after if is_open else None,
    }  # fmt: skip


def scan_document(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of a list
    """Return a scan as the interface shows it: how many questions it is, two of each enterprise, and how many ended."""
    return {
        "scan": str(row.scan_id), "account": row.account, "provider": row.provider, "total": row.total,
        "questions": row.questions, "done": row.done, "created_at": row.created_at.isoformat(),
    }  # fmt: skip
