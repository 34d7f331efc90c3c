"""An answer of risks laid out for people: levels by type, since when, and what the points say. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.table import Tone
from gateway.console.words import Words
from gateway.inquiries.answers import WATCHED

TONES: Mapping[str, Tone] = {"notice": "info", "warning": "warn", "restriction": "bad"}


@dataclass(frozen=True)
class RiskShown:
    """A level of a type of risk: its names and tone, since when, and each point's name with what its signs say."""

    kind: str
    level: str
    tone: Tone
    since: str
    points: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class WatchedShown:
    """Risks as they are told, and the day they were judged on; `one_bit` where whether there is any is all of it."""

    as_of: str
    risks: Sequence[RiskShown]
    one_bit: bool | None


def watched_of(statement: Mapping[str, Any], words: Words) -> WatchedShown | None:
    """Return what an answer tells of risks in the visitor's language; None of an answer of something else."""
    if statement.get("outcome") != WATCHED:
        return None
    risks = [risk_shown(one, words) for one in statement.get("risks", ())]
    as_of = statement["basis"]["as_of"]
    return WatchedShown(words.day(as_of) if as_of else "", risks, statement.get("at_risk"))


def risk_shown(one: Mapping[str, Any], words: Words) -> RiskShown:
    """Lay out one risk."""
    points = [
        (
            words.either(point["name"]["zh"], point["name"]["en"]),
            [words.either(said["zh"], said["en"]) for said in point.get("signs", ())],
        )
        for point in one.get("points", ())
    ]
    level = str(one["level"])
    return RiskShown(
        words(f"risk-type-{one['type']}"), words(f"risk-level-{level}"), TONES[level], words.day(one["since"]), points
    )  # fmt: skip
