"""What is told of risks over HTTP and by the command line."""

from collections.abc import Sequence
from typing import Any

from connectors.store.subjects import Subject
from gateway.risk.foretold import Foretold
from gateway.risk.learned_reading import Drift, LearnedRisk
from gateway.risk.measure_words import words_of_measure
from gateway.risk.reading import PointFound, Risk, Risks
from gateway.risk.tables import RiskDay
from gateway.sites.documents import sites_of_document
from risk_monitor.names import LEVELS


def risks_document(found: Risks) -> dict[str, Any]:
    """Return who is at risk, as the interface shows it."""
    return {"day": day_document(found.day), "risks": [{**_who(one.subject), **_risk(one)} for one in found.risks]}


def risks_of_document(subject: Subject, found: Risks) -> dict[str, Any]:
    """Return one enterprise's risks: those that stand, those that ended, and its platforms."""
    return {
        **_who(subject), "day": day_document(found.day), "learned": _learned(found.learned),
        "standing": [_risk(one) for one in found.risks if one.holds_to is None],
        "ended": [
            {**_risk(one), "until": one.holds_to.isoformat()} for one in found.risks if one.holds_to is not None
        ],
        "sites": sites_of_document(found.sites),
        "open": [{"point": one.id, "name": {"zh": one.name.zh, "en": one.name.en}} for one in found.open],
    }  # fmt: skip


def learned_document(found: Sequence[LearnedRisk]) -> dict[str, Any]:
    """Return whom the model has look at first, and the levels at which the rules have them."""
    return {
        "learned": [
            {
                **_who(one.subject), "version": one.version, **(_learned(one.found) or {}),
                "levels": [{"type": kind, "level": level} for kind, level in one.levels],
            }
            for one in found
        ]
    }  # fmt: skip


def drift_document(found: Drift) -> dict[str, Any]:
    """Return how far each measure has drifted."""
    return {
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "since": found.since.isoformat() if found.since else None,
        "measures": [{"measure": name, "psi_ppm": psi} for name, psi in found.measures],
    }  # fmt: skip


def day_document(day: RiskDay | None) -> dict[str, Any] | None:
    """Return how many were judged on a day, and what came of it."""
    if day is None:
        return None
    return {
        "as_of": day.as_of.isoformat(), "watch": {"version": day.version, "digest": day.watch},
        "subjects": day.subjects, "budget": day.budget, **{level: getattr(day, level) for level in LEVELS},
        "opened": day.opened, "raised": day.raised, "lowered": day.lowered, "ended": day.ended,
        "digest": day.digest.hex(),
    }  # fmt: skip


def _who(subject: Subject) -> dict[str, Any]:
    return {"subject": subject.uscc, "name": subject.name}


def _risk(one: Risk) -> dict[str, Any]:
    return {
        "type": one.kind.id, "level": one.level, "level_before": one.before_level, "score": one.score,
        "since": one.holds_from.isoformat(), "learned": _brief(one.learned),
        "points": points_document(one.points),
    }  # fmt: skip


def points_document(points: Sequence[PointFound]) -> list[dict[str, Any]]:
    """Return risk points with what their signs say."""
    return [
        {
            "point": found.point.id, "name": {"zh": found.point.name.zh, "en": found.point.name.en},
            "weight": found.weight, "signs": [{"zh": said.zh, "en": said.en} for said in found.says],
        }
        for found in points
    ]  # fmt: skip


def _brief(found: Foretold | None) -> dict[str, int] | None:
    return None if found is None else {"place": found.place, "chance_ppm": found.chance_ppm}


def _learned(found: Foretold | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "place": found.place, "chance_ppm": found.chance_ppm, "points": found.points,
        "reasons": [
            {"measure": name, "value": value, "points": points, "name": words_of_measure(name)}
            for name, value, points in found.reasons
        ],
    }  # fmt: skip
