"""Scores and alerts as JSON; a share is a decimal string of four places, null where it cannot be computed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.catalogue.load import agencies
from connectors.model.calendar import day_of
from gateway.quality.index import Feed, Score
from gateway.quality.reading import Week
from gateway.quality.tables import Alert

_COUNTS = ("deliveries", "rows", "rejected", "drifts", "held", "open_rows", "open_batches")
_SHARES = ("timeliness", "completeness", "error_rate", "unresolved_share")


def score_document(score: Score) -> dict[str, Any]:
    """Return an agency's score."""
    agency = agencies().get(score.agency)
    return {
        "agency": score.agency,
        "title": {"zh": agency.zh, "en": agency.en} if agency else None,
        "index": None if score.index is None else str(score.index),
        **{name: percent(getattr(score, name)) for name in _SHARES},
        **{name: score.total(name) for name in _COUNTS},
        "silent": score.silent,
    }


def feed_document(feed: Feed) -> dict[str, Any]:
    """Return one dataset's part of it."""
    return {
        "dataset": feed.dataset,
        "promise_days": feed.promise_days,
        "last_received": feed.last_received,
        **{name: percent(getattr(feed, name)) for name in _SHARES},
        **{name: getattr(feed, name) for name in _COUNTS},
        "silent": feed.silent,
    }


def week_document(week: Week) -> dict[str, Any]:
    """Return one week of a dataset."""
    return {
        "deliveries": week.deliveries,
        "error_rate": percent(week.error_rate),
        "completeness": percent(week.completeness),
    }


def month_document(start: datetime, score: Score) -> dict[str, Any]:
    """Return an agency's score of one month, by the calendar of Asia/Shanghai."""
    return {
        "month": f"{day_of(start):%Y-%m}",
        "index": None if score.index is None else str(score.index),
        **{name: percent(getattr(score, name)) for name in _SHARES},
        **{name: score.total(name) for name in ("deliveries", "rows", "rejected")},
    }


def alert_document(alert: Alert) -> dict[str, Any]:
    """Return an alert."""
    return {
        "alert": str(alert.alert_id), "agency": alert.agency, "dataset": alert.dataset, "kind": alert.kind,
        "seen": alert.seen, "opened_at": alert.opened_at, "closed_at": alert.closed_at, "entry": str(alert.event_id),
    }  # fmt: skip


def percent(value: Decimal | None) -> str | None:
    """Return a share as a decimal string with four places, None where it cannot be computed."""
    return None if value is None else f"{value:.4f}"
