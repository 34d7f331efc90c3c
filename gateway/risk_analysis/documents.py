"""What is told of the analysis over HTTP and by the command line."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from connectors.store.subjects import Subject
from gateway.risk_analysis.behind import Behind
from gateway.risk_analysis.funnel import Funnel, Stages
from gateway.risk_analysis.lead import Lead, LeadOfType, Leads
from gateway.risk_analysis.left_open import LeftOpen
from gateway.risk_analysis.period import Period
from risk_monitor.divisions import name_of


def funnel_document(found: Funnel) -> dict[str, Any]:
    """Return the funnel: all together, and group by group."""
    return {
        **_period(found.chosen.period), "by": found.by,
        "judged_on": found.judged_on.isoformat() if found.judged_on else None, "total": _stages(found.total),
        "groups": [
            {"key": one.key, "name": _name(found.by, one.key), **_stages(one)} for one in found.groups
        ],
        "outcomes": dict(found.outcomes),
    }  # fmt: skip


def behind_document(one: Behind) -> dict[str, Any]:
    """Return an enterprise behind a figure."""
    return {
        **_who(one.subject), "type": one.type, "level": one.level, "score": one.score, "since": one.since.isoformat(),
        "confirmed_on": one.confirmed_on.isoformat() if one.confirmed_on else None,
        "closed_on": one.closed_on.isoformat() if one.closed_on else None, "outcome": one.outcome,
        "division": one.division, "section": one.section,
    }  # fmt: skip


def leads_document(found: Leads) -> dict[str, Any]:
    """Return how early the watch was, by type, and of each enterprise."""
    return {
        **_period(found.period), "level": found.level, "types": [_of_type(one) for one in found.types],
        "enterprises": [lead_document(one) for one in found.leads],
    }  # fmt: skip


def lead_document(one: Lead) -> dict[str, Any]:
    """Return how early one enterprise was seen."""
    return {
        **_who(one.subject), "type": one.type, "first": one.first.isoformat(), "state": one.state,
        "act": one.done.act if one.done else None, "acted_on": one.done.day.isoformat() if one.done else None,
        "days": one.days,
    }  # fmt: skip


def open_document(found: LeftOpen) -> dict[str, Any]:
    """Return for how many enterprises each point could not be told."""
    return {
        "as_of": found.as_of.isoformat() if found.as_of else None, "subjects": found.subjects,
        "points": [
            {"point": one.point.id, "name": {"zh": one.point.name.zh, "en": one.point.name.en}, "open": one.subjects}
            for one in found.points
        ],
    }  # fmt: skip


def decimal_of(value: Fraction) -> float:
    """Return days as they are told: to one decimal."""
    return round(float(value), 1)


def _stages(one: Stages) -> dict[str, Any]:
    return {
        "judged": one.judged, "suspect": one.suspect, "opened": one.opened, "confirmed": one.confirmed,
        "handled": one.handled, "handled_percent": str(one.handled_percent) if one.opened else None,
    }  # fmt: skip


def _of_type(one: LeadOfType) -> dict[str, Any]:
    days: Mapping[str, Any] | None = None
    if one.days:
        days = {
            "number": one.days.number, "least": one.days.least, "lower": decimal_of(one.days.lower),
            "median": decimal_of(one.days.median), "upper": decimal_of(one.days.upper), "most": one.days.most,
        }  # fmt: skip
    return {"type": one.type or None, "days": days, "earlier": one.earlier, "none": one.none}


def _name(by: str, key: str) -> dict[str, str] | None:
    if by != "division":
        return None
    name = name_of(key)
    return {"zh": name.zh, "en": name.en}


def _who(subject: Subject) -> dict[str, Any]:
    return {"subject": subject.uscc, "name": subject.name}


def _period(period: Period) -> dict[str, Any]:
    return {"since": period.first.isoformat(), "until": period.last.isoformat()}
