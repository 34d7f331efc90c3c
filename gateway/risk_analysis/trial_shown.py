"""What the pages of trials show in their tables and their form, in the reader's words. Pure but for the words."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.console.table import Cell, Content, Tone
from gateway.console.words import NOTHING, Words
from gateway.risk.naming import enterprise
from gateway.risk.pages import TONES
from gateway.risk_analysis.tables import RiskTrial
from gateway.risk_analysis.trial_documents import Moved, shares_of
from risk_monitor.names import KINDS, LEVELS
from risk_monitor.trial import Move, Way
from risk_monitor.watch import Sign, Watch

STATES: Mapping[str, Tone] = {"waiting": "info", "running": "info", "finished": "ok", "failed": "bad"}
WAY_TONES: Mapping[str, Tone] = {"new": "bad", "gone": "ok", "raised": "warn", "lowered": "info"}
_PPM = 1_000_000
Field = tuple[str, str]  # its name and its label
PointShown = tuple[str, list[Field]]
TypeShown = tuple[str, list[Field], list[Field]]


def way_of(one: Moved) -> Way:
    """Return what would become of an enterprise."""
    return Move(0, one.type, one.before, one.after).way


def trial_cells(words: Words, names: Mapping[str, str], trial: RiskTrial) -> list[Content]:
    """Return a trial as a line of the list."""
    ways = trial.result["ways"] if trial.result else {}
    return [
        Cell(words.moment(trial.asked_at), href=f"/console/risk-trials/{trial.trial_id}"), names[trial.asked_by],
        Cell(words(f"risk-trial-state-{trial.state}"), tone=STATES[trial.state], sub=_how_far(words, trial)),
        *ways_of(ways), trial.digest[:16],
    ]  # fmt: skip


def _how_far(words: Words, trial: RiskTrial) -> str:
    """Return how many of all groups of enterprises were judged, while that goes on; nobody counts before."""
    return f"{words.number(trial.done)} / {words.number(trial.pieces)}" if trial.state == "running" else ""


def ways_of(ways: Mapping[str, int]) -> list[int | None]:
    """Return how many would be new, go, rise, fall; nothing before that is known."""
    return [ways.get(way) for way in WAY_TONES]


def moved_cells(words: Words, one: Moved) -> list[Content]:
    """Return an enterprise that would stand elsewhere as a line of the list."""
    way = way_of(one)
    return [
        enterprise(words, one.subject), words(f"risk-type-{one.type}"),
        Cell(words(f"risk-way-{way}"), tone=WAY_TONES[way]), _level(words, one.before), _level(words, one.after),
    ]  # fmt: skip


def compared_rows(words: Words, trial: RiskTrial) -> list[tuple[str, list[str]]]:
    """Return both watches beside each other: what a line is of, and the figure of each; nothing before it has ended."""
    if not trial.result:
        return []
    sides: Sequence[Mapping[str, Any]] = trial.result["sides"]
    rows = [(words("risk-trial-enterprises"), [words.number(side["enterprises"]) for side in sides])]
    for kind in KINDS:
        for level in LEVELS:
            label = f"{words(f'risk-type-{kind}')} · {words(f'risk-level-{level}')}"
            rows.append((label, [words.number(side["levels"].get(kind, {}).get(level, 0)) for side in sides]))
    rows.append((words("risk-trial-budget"), [words.number(side["budget"]) for side in sides]))
    shares = [shares_of(side["hits"]) for side in sides]
    for at, label in enumerate(("risk-trial-precision", "risk-trial-recall")):
        rows.append((words(label), [_share(words, one[at]) for one in shares]))
    return rows


def form_parts(words: Words, watch: Watch) -> tuple[list[PointShown], list[TypeShown]]:
    """Return the points with a field for each of their signs, and the types with their levels and weights."""
    points = [
        (
            words.either(point.name.zh, point.name.en),
            [(f"sign.{point.id}.{at}", _sign(words, sign)) for at, sign in enumerate(point.signs)],
        )
        for point in watch.points
    ]
    types = [
        (
            words.either(kind.name.zh, kind.name.en),
            [(f"level.{kind.id}.{level}", words(f"risk-level-{level}")) for level in LEVELS],
            [(f"weight.{kind.id}.{point.id}", words.either(point.name.zh, point.name.en)) for point in watch.points],
        )
        for kind in watch.types
    ]
    return points, types


def _sign(words: Words, sign: Sign) -> str:
    text = words.either(sign.text.zh, sign.text.en).replace("{value}", "…%" if sign.shown == "percent" else "…")
    return f"{text} · {words('risk-at-least' if sign.below is None else 'risk-below')}"


def _level(words: Words, level: str | None) -> Content:
    return Cell(words(f"risk-level-{level}"), tone=TONES[level]) if level else NOTHING


def _share(words: Words, ppm: int | None) -> str:
    return NOTHING if ppm is None else words.percent(ppm / _PPM)
